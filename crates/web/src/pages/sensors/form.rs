//! Where a sensor stands, as a form says it.

use crate::{failure::Failure, sent::Fields};
use noroshi_observation::service::registry::Site;

/// What was filled in.
#[derive(Clone, Debug)]
pub(crate) struct SiteForm {
    pub(crate) organisation: String,
    pub(crate) region: String,
    pub(crate) country: String,
    pub(crate) addresses: String,
}

impl SiteForm {
    pub(crate) fn of(site: &Site) -> Self {
        Self { organisation: site.organisation.clone(), region: site.region.clone(), country: site.country.clone(), addresses: site.addresses.to_string() }
    }

    pub(crate) fn sent(sent: &Fields) -> Self {
        let field = |name| sent.field(name).trim().to_owned();
        Self { organisation: field("organisation"), region: field("region"), country: field("country").to_uppercase(), addresses: field("addresses") }
    }

    /// The site; a number of addresses that is none is refused as one that is too small is.
    pub(crate) fn site(&self) -> Site {
        Site {
            organisation: self.organisation.clone(),
            region: self.region.clone(),
            country: self.country.clone(),
            addresses: self.addresses.parse().unwrap_or(0),
        }
    }
}

/// What the desk refused, to be said beside the form; anything else stays what it is.
pub(crate) fn refused(failure: Failure, words: crate::words::Words) -> Result<String, Failure> {
    match failure {
        Failure::Refused(reason) => Ok(reason.get(words.language).to_owned()),
        other => Err(other),
    }
}
