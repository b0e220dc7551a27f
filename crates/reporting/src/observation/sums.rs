//! Parts must add up to their totals; a report that cannot say so is not made.

use super::figures::{Figures, Part};
use crate::ReportingError;
use noroshi_kernel::language::Bilingual;
use noroshi_observation::{series::Series, top::Ranking};

/// Checks every sum of a report's figures.
///
/// # Errors
/// [`ReportingError::DoesNotAddUp`] with the first place at which they do not.
pub fn check(figures: &Figures) -> Result<(), ReportingError> {
    std::iter::once(&figures.period).chain(&figures.year).try_for_each(checked)
}

fn checked(part: &Part) -> Result<(), ReportingError> {
    let total = part.ports.ranking.packets;
    let ranked = |ranking: &Ranking| ranking.rows.iter().map(|row| row.packets).sum();
    let summed = |series: &Series| series.rows.iter().filter_map(|row| row.packets).sum();
    let sums: [(Bilingual, u64); 5] = [
        (Bilingual::new("送信元地域別のパケット", "packets by source region"), ranked(&part.countries)),
        (Bilingual::new("送信元地域別の合計", "the total of source regions"), part.countries.packets),
        (Bilingual::new("センサー別のパケット", "packets by sensor"), ranked(&part.by_sensor)),
        (Bilingual::new("センサー別の合計", "the total of sensors"), part.by_sensor.packets),
        (Bilingual::new("月別のパケット", "packets by month"), summed(&part.months)),
    ];
    let period = part.period;
    let refused = |place: Bilingual, parts: u64, total: u64| {
        let place = Bilingual::new(format!("{period} の{}", place.ja), format!("{period} {}", place.en));
        let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        Err(ReportingError::DoesNotAddUp { place, parts: number(parts), total: number(total) })
    };
    if let Some((place, parts)) = sums.into_iter().find(|(_, parts)| *parts != total) {
        return refused(place, parts, total);
    }
    for (name, ranking) in &part.top_by_sensor {
        let whole = part.by_sensor.rows.iter().find(|row| row.key == *name).map_or(0, |row| row.packets);
        if ranking.packets != whole {
            return refused(Bilingual::new(format!("センサー {name} のパケット"), format!("packets of the sensor {name}")), ranking.packets, whole);
        }
    }
    // Ports are ranked to the tenth, and sensors without a country are neither at home nor abroad: no more than all can be there.
    let ports = part.ports.rows.iter().map(|ranked| ranked.row.packets).sum();
    let sides = part.sides.iter().map(|side| side.ports.packets).sum();
    for (place, parts) in
        [(Bilingual::new("上位のポート", "the first ports"), ports), (Bilingual::new("国内と海外のセンサー", "sensors at home and abroad"), sides)]
    {
        if parts > total {
            return refused(place, parts, total);
        }
    }
    Ok(())
}
