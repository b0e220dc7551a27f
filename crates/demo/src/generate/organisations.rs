//! Whom the example team asks: organisations that exist in no registry.

use crate::{DemoError, plan::PeriodPlan};
use noroshi_directory::{
    Origin,
    organisation::{self, Home, Organisation},
};
use noroshi_kernel::{id::OrganisationId, language::Bilingual};
use noroshi_ledger::UnitOfWork;
use std::collections::{BTreeSet, HashMap};

const AT_HOME: [(&str, &str); 6] = [
    ("例示ホスティング", "Example Hosting"),
    ("例示通信", "Example Telecom"),
    ("例示データセンター", "Example Data Centre"),
    ("例示大学", "Example University"),
    ("例示インターネット", "Example Internet"),
    ("例示ドメイン登録", "Example Registrar"),
];

const ABROAD: [(&str, &str, &str); 12] = [
    ("例示クラウド", "Example Cloud", "US"),
    ("例示サーバーズ", "Example Servers", "DE"),
    ("例示CSIRT韓国", "Example CSIRT Korea", "KR"),
    ("例示ネット", "Example Net", "CN"),
    ("例示ホスティング・フランス", "Example Hosting France", "FR"),
    ("例示コロケーション", "Example Colocation", "NL"),
    ("例示ドメインズ", "Example Domains", "US"),
    ("例示テレコム・ブラジル", "Example Telecom Brazil", "BR"),
    ("例示CSIRTマレーシア", "Example CSIRT Malaysia", "MY"),
    ("例示ネットワーク台湾", "Example Network Taiwan", "TW"),
    ("例示ブロードバンド", "Example Broadband", "GB"),
    ("例示データ・ポーランド", "Example Data Poland", "PL"),
];

const SOMEWHERE: [(&str, &str); 2] = [("例示プロキシー", "Example Proxy"), ("例示VPN", "Example VPN")];

/// The organisation of a place in the list of its destination; beyond the list they are numbered.
fn named(home: &Home, destination: Origin, place: usize) -> Result<Organisation, DemoError> {
    let numbered = |ja: &str, en: &str, length: usize| {
        if place < length { (ja.to_owned(), en.to_owned()) } else { (format!("{ja}{}", place / length + 1), format!("{en} {}", place / length + 1)) }
    };
    let missing = || DemoError::Refused("no country is home in the configuration, so nobody at home can be asked; name one".into());
    let ((ja, en), country) = match destination {
        Origin::Domestic => {
            let (ja, en) = AT_HOME.iter().cycle().nth(place % AT_HOME.len()).copied().unwrap_or_default();
            (numbered(ja, en, AT_HOME.len()), home.countries.first().ok_or_else(missing)?.clone())
        }
        Origin::Foreign => {
            let abroad: Vec<_> = ABROAD.iter().filter(|(_, _, country)| home.origin(country) == Origin::Foreign).collect();
            let (ja, en, country) = abroad.iter().cycle().nth(place % abroad.len().max(1)).copied().ok_or_else(missing)?;
            (numbered(ja, en, abroad.len()), (*country).to_owned())
        }
        Origin::Unknown => {
            let (ja, en) = SOMEWHERE.iter().cycle().nth(place % SOMEWHERE.len()).copied().unwrap_or_default();
            (numbered(ja, en, SOMEWHERE.len()), String::new())
        }
    };
    Ok(Organisation { id: OrganisationId(0), name: Bilingual::new(ja, en), country })
}

/// Every organisation that the plan asks, found in the directory or made.
pub(super) async fn find_or_make(work: &UnitOfWork, home: &Home, plan: &PeriodPlan) -> Result<HashMap<(Origin, usize), OrganisationId>, DemoError> {
    let wanted: BTreeSet<_> = plan.coordinations.iter().map(|one| (one.destination, one.organisation)).collect();
    let mut found = HashMap::new();
    let mut fresh = Vec::new();
    for (destination, place) in wanted {
        let mut one = named(home, destination, place)?;
        if let Some(known) = organisation::find(work, &one.name.en).await? {
            if home.origin(&known.country) != destination {
                return Err(DemoError::Refused(format!(
                    "the organisation {:?} is not {} in the directory, so the figures would not come out; generate into a fresh directory (--data DIR)",
                    one.name.en,
                    destination.key()
                )));
            }
            found.insert((destination, place), known.id);
            continue;
        }
        one.id = OrganisationId(work.take_id().await?);
        found.insert((destination, place), one.id);
        fresh.push(one);
    }
    organisation::insert(work, &fresh).await?;
    Ok(found)
}
