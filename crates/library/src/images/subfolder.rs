//! Into which subfolder a new image goes.

use invoke_domain::{ImageCategory, ImageName};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// How new images are spread over folders. Each image remembers its own folder, so the choice may change at any time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SubfolderStrategy {
    /// All in one folder.
    #[default]
    Flat,
    /// `YYYY/MM/DD`, by the server's local time.
    Date,
    /// By category; intermediate images apart.
    Type,
    /// By the first two characters of the name.
    Hash,
}

impl SubfolderStrategy {
    /// The word used in the settings.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Flat => "flat",
            Self::Date => "date",
            Self::Type => "type",
            Self::Hash => "hash",
        }
    }

    /// The strategy of the word `text`, if it is one.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Flat, Self::Date, Self::Type, Self::Hash].into_iter().find(|strategy| strategy.as_str() == text)
    }

    pub(crate) fn subfolder(
        self,
        name: &ImageName,
        category: ImageCategory,
        is_intermediate: bool,
        now: Timestamp,
        zone: &TimeZone,
    ) -> String {
        match self {
            Self::Flat => String::new(),
            Self::Date => now.to_zoned(zone.clone()).strftime("%Y/%m/%d").to_string(),
            Self::Type if is_intermediate => "intermediate".to_owned(),
            Self::Type => category.as_str().to_owned(),
            Self::Hash => name.as_str().chars().take(2).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(strategy: SubfolderStrategy, is_intermediate: bool, expected: &str) {
        let name = ImageName::from("3dfc5f8c-e5a9-45c3-87bd-4d9ca947958e.png");
        let late_in_utc = "2026-03-16T23:30:00Z".parse().unwrap();
        let zone = TimeZone::fixed(jiff::tz::offset(1));
        let subfolder = strategy.subfolder(&name, ImageCategory::Mask, is_intermediate, late_in_utc, &zone);
        assert_eq!(subfolder, expected, "{strategy:?}");
    }

    #[test]
    fn each_strategy_gives_the_folder_of_the_reference() {
        check(SubfolderStrategy::Flat, false, "");
        check(SubfolderStrategy::Date, false, "2026/03/17");
        check(SubfolderStrategy::Type, false, "mask");
        check(SubfolderStrategy::Type, true, "intermediate");
        check(SubfolderStrategy::Hash, false, "3d");
    }

    #[test]
    fn words_are_those_of_the_settings() {
        for word in ["flat", "date", "type", "hash"] {
            assert_eq!(SubfolderStrategy::parse(word).map(SubfolderStrategy::as_str), Some(word));
        }
        assert_eq!(SubfolderStrategy::parse("Flat"), None);
    }
}
