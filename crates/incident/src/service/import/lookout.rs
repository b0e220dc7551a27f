use noroshi_directory::brand;
use noroshi_feeds::{extract::Brands, shadowserver::Schema};
use noroshi_kernel::id::BrandId;
use noroshi_ledger::{LedgerError, Query};
use std::sync::{Arc, Mutex, PoisonError};

/// What readers look for beyond what the program knows: the team's brands, and the columns of Shadowserver's own schema. Preparing the
/// search for brands takes longer than reading some hundred letters, so it is done anew only when a brand's names changed. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Lookout {
    prepared: Arc<Mutex<Prepared>>,
    schema: Option<Arc<Schema>>,
}

#[derive(Debug, Default)]
struct Prepared {
    names: Vec<(BrandId, Vec<String>)>,
    brands: Arc<Brands>,
}

impl Lookout {
    /// One that knows a schema of Shadowserver's, if the team has one.
    #[must_use]
    pub fn new(schema: Option<Schema>) -> Self {
        Self { schema: schema.map(Arc::new), ..Self::default() }
    }

    /// Shadowserver's own schema.
    #[must_use]
    pub fn schema(&self) -> Option<Arc<Schema>> {
        self.schema.clone()
    }

    /// The brands with the names that they have now.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn brands(&self, query: &impl Query) -> Result<Arc<Brands>, LedgerError> {
        let mut names: Vec<_> = brand::names_of(query).await?.into_iter().collect();
        names.sort_unstable_by_key(|(brand, _)| *brand);
        let mut prepared = self.prepared.lock().unwrap_or_else(PoisonError::into_inner);
        if prepared.names != names {
            prepared.brands = Arc::new(Brands::new(names.iter().map(|(_, names)| names.clone())));
            prepared.names = names;
        }
        Ok(Arc::clone(&prepared.brands))
    }
}
