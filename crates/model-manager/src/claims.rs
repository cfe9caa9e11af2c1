//! One change at a time for each model: what takes long, such as converting, must not find another's traces.

use crate::ModelError;
use invoke_domain::ModelKey;
use parking_lot::Mutex;
use std::collections::HashSet;
use std::sync::Arc;

/// The models that are being changed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Claims(Arc<Mutex<HashSet<ModelKey>>>);

/// The sole right to change a model, until it is dropped.
#[derive(Debug)]
pub(crate) struct Claim {
    claims: Claims,
    key: ModelKey,
}

impl Claims {
    /// Claims a model, unless somebody else has.
    pub(crate) fn claim(&self, key: &ModelKey) -> Result<Claim, ModelError> {
        if self.0.lock().insert(key.clone()) {
            Ok(Claim { claims: self.clone(), key: key.clone() })
        } else {
            Err(ModelError::Busy(key.clone()))
        }
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.claims.0.lock().remove(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_claimed_by_one_at_a_time() {
        let claims = Claims::default();
        let first = claims.claim(&"a".into()).unwrap();
        assert!(matches!(claims.claim(&"a".into()), Err(ModelError::Busy(_))));
        let _other = claims.claim(&"b".into()).unwrap();
        drop(first);
        claims.claim(&"a".into()).unwrap();
    }
}
