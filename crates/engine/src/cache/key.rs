//! What tells cached models apart.

/// Which part of which model.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CacheKey {
    /// Key of the model's record.
    pub model: String,
    /// Part of a model that consists of several, such as `unet`.
    pub submodel: Option<String>,
    /// Keys of the patches it has, with the bits of their strengths. A patched model shares tensors with the one that has
    /// none, and goes with it.
    pub patches: Vec<(String, u64)>,
    /// How it was made, where that may differ: in which precision, with which changes. Empty for the usual way.
    pub form: String,
}

impl CacheKey {
    /// The key of a part of a model.
    pub fn new(model: &str, submodel: Option<&str>) -> Self {
        Self {
            model: model.to_owned(),
            submodel: submodel.map(str::to_owned),
            form: String::new(),
            patches: Vec::new(),
        }
    }

    /// The same part with these patches, by key and strength.
    #[must_use]
    pub fn with_patches<'a>(self, patches: impl IntoIterator<Item = (&'a str, f64)>) -> Self {
        let patches = patches.into_iter().map(|(key, strength)| (key.to_owned(), strength.to_bits())).collect();
        Self { patches, ..self }
    }

    /// The same, made in another way.
    #[must_use]
    pub fn made(self, form: &str) -> Self {
        Self { form: form.to_owned(), ..self }
    }

    /// Whether `other` is the same part, patched or not.
    pub(super) fn is_part_of(&self, other: &Self) -> bool {
        (&self.model, &self.submodel, &self.form) == (&other.model, &other.submodel, &other.form)
    }
}
