use noroshi_directory::brand;
use noroshi_feeds::extract::Brands;
use noroshi_kernel::id::BrandId;
use noroshi_ledger::{LedgerError, Query};
use std::sync::{Arc, Mutex, PoisonError};

/// The brands that letters are searched for. Preparing the search takes longer than reading some hundred letters, so it is done anew
/// only when a brand's names changed. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Lookout(Arc<Mutex<Prepared>>);

#[derive(Debug, Default)]
struct Prepared {
    names: Vec<(BrandId, Vec<String>)>,
    brands: Arc<Brands>,
}

impl Lookout {
    /// The brands with the names that they have now.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn brands(&self, query: &impl Query) -> Result<Arc<Brands>, LedgerError> {
        let mut names: Vec<_> = brand::names_of(query).await?.into_iter().collect();
        names.sort_unstable_by_key(|(brand, _)| *brand);
        let mut prepared = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if prepared.names != names {
            prepared.brands = Arc::new(Brands::new(names.iter().map(|(_, names)| names.clone())));
            prepared.names = names;
        }
        Ok(Arc::clone(&prepared.brands))
    }
}
