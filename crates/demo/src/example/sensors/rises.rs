//! The rises of the year, found in its packets when they began, and what the example's analysts made of them.

use super::year::Year;
use crate::DemoError;
use noroshi_incident::selection::Reckoning;
use noroshi_kernel::{
    access::Actor,
    language::Bilingual,
    moment::{FixedClock, Moment},
};
use noroshi_observation::{
    Observatory,
    ask::Standpoint,
    rise::State,
    service::{detect::detect, rises},
};
use std::sync::Arc;

/// Days ago, the earlier first, at whose ends is judged: when something began, and when a loud source and an odd sensor looked like it. All days of a
/// year would take a minute.
const JUDGED: [(i64, i64); 8] = [(285, 283), (215, 214), (166, 163), (129, 127), (75, 74), (45, 43), (21, 20), (3, 1)];

/// What is told of rises that came to so many times what was expected.
const CLEARLY: f64 = 1.5;

/// What was made of a service's rise.
struct Made {
    service: &'static str,
    ja: &'static str,
    en: &'static str,
    step: Step,
}

enum Step {
    Explain,
    Publish,
    Dismiss,
}

/// The newest stay open: somebody has to look at them.
const MADE: [Made; 5] = [
    Made {
        service: "tcp/2967",
        ja: "クライアント管理ソフトの古い脆弱性を狙うワームの活動です。修正版の適用を確認してください。",
        en: "A worm that uses an old hole of a client management program. See that its update is installed.",
        step: Step::Publish,
    },
    Made {
        service: "icmp/8",
        ja: "特定のワームが感染先を探すために送る ping とみられます。送信元は詐称されている可能性があります。",
        en: "Pings by which a worm looks for hosts, it seems. Their sources may be forged.",
        step: Step::Publish,
    },
    Made {
        service: "tcp/5168",
        ja: "このポートを使うサーバー管理製品の脆弱性が公開された後に現れました。",
        en: "Came after a hole of a server management product that listens there was published.",
        step: Step::Explain,
    },
    Made {
        service: "tcp/1433",
        ja: "データベースのパスワードを試す探索で、ほとんどが 1 つの地域から届いています。",
        en: "Looks for databases to try passwords at, nearly all of it from one region.",
        step: Step::Publish,
    },
    Made {
        service: "udp/11211", ja: "増幅攻撃に使えるサーバーの調査で、研究機関の予告がありました。", en: "", step: Step::Dismiss
    },
];

/// Finds what rose, and says what it was.
pub(super) async fn play(place: &Observatory, reckoning: &Reckoning, year: &Year) -> Result<(), DemoError> {
    let standpoint = Standpoint { zone: &reckoning.zone, home: &reckoning.home };
    let by_clock = |at: Moment| Observatory { ledger: place.ledger.by_clock(Arc::new(FixedClock(at))), ..place.clone() };
    for (first, last) in JUDGED {
        for ago in (last..=first).rev() {
            let Some(day) = year.days.iter().find(|day| day.ago == ago) else { continue };
            let at = Moment(day.end);
            detect(&by_clock(Moment(at.0 + 900_000_000)), standpoint, at).await?;
        }
    }
    detect(place, standpoint, place.ledger.now()).await?;
    for rise in rises::list(&place.ledger, &Actor::Platform, Some(State::Open), 0, 1_000).await?.rises {
        // What hardly rose is another matter than what a text of these is about, and waits for somebody.
        let Some(made) = MADE.iter().find(|made| made.service == rise.service && rise.evidence.ratio() >= CLEARLY) else { continue };
        // Somebody says so on the next morning.
        let desk = by_clock(Moment(rise.found + 33 * 3_600_000_000).min(place.ledger.now()));
        match made.step {
            Step::Dismiss => rises::dismiss(&desk.ledger, &Actor::Platform, rise.number, made.ja).await?,
            Step::Explain | Step::Publish => {
                rises::explain(&desk.ledger, &Actor::Platform, rise.number, &Bilingual::new(made.ja, made.en)).await?;
                if matches!(made.step, Step::Publish) {
                    rises::publish(&desk.ledger, &Actor::Platform, rise.number).await?;
                }
            }
        }
    }
    Ok(())
}
