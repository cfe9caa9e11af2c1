//! Listings: which images, in which order, a page or all names of them.
//!
//! A statement is put together from constant pieces, because SQLite chooses an index by what is written, not by what is
//! bound: where to look, what narrows it down, the order. Values are always bound.

use super::words;
use crate::images::{SELECT, row_to_image};
use crate::{ReadTx, StorageError};
use invoke_domain::{ImageCategory, ImageName, ImageOrigin, ImageRecord};
use invoke_permissions::{Board, Grant, Scope, View};
use rusqlite::ToSql;
use std::cmp::Ordering;

/// Which images a listing looks through, and by what right.
#[derive(Debug)]
pub enum Within<'a> {
    /// On any board and on none; only own ones, unless the scope is everybody's.
    Anywhere(&'a Scope),
    /// On no board.
    Uncategorized(&'a Scope),
    /// On one board, whoever owns them.
    Board(&'a Grant<Board, View>),
}

/// Which of those images. Empty as [`Default`]: all of them.
#[derive(Debug, Clone, Default)]
pub struct ImageFilter {
    /// Made or uploaded.
    pub origin: Option<ImageOrigin>,
    /// Of one of these categories.
    pub categories: Option<Vec<ImageCategory>>,
    /// Intermediate or not.
    pub is_intermediate: Option<bool>,
    /// Text in the values of the metadata or in the creation time, in any case. Nothing in it is a wildcard.
    pub search: Option<String>,
    /// Made on this day (UTC), `YYYY-MM-DD`.
    pub date: Option<String>,
}

/// In which order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImageOrder {
    /// Starred images before all others.
    pub starred_first: bool,
    /// By time of creation, latest first.
    pub newest_first: bool,
}

/// What the place of an image in a listing follows from.
struct Place<T> {
    id: i64,
    starred: bool,
    created_at: T,
}

/// Places that are looked at before those beyond the page are left out.
const SPARE: usize = 1_000;

impl Default for ImageOrder {
    fn default() -> Self {
        Self { starred_first: true, newest_first: true }
    }
}

impl ImageOrder {
    /// The same as [`sql`](Self::sql).
    fn compare(self, a: &Place<impl AsRef<str>>, b: &Place<impl AsRef<str>>) -> Ordering {
        let starred = if self.starred_first { b.starred.cmp(&a.starred) } else { Ordering::Equal };
        let time = (a.created_at.as_ref(), a.id).cmp(&(b.created_at.as_ref(), b.id));
        starred.then(if self.newest_first { time.reverse() } else { time })
    }

    fn sql(self) -> &'static str {
        match (self.starred_first, self.newest_first) {
            (true, true) => " ORDER BY g.starred DESC, g.created_at DESC, g.id DESC ",
            (true, false) => " ORDER BY g.starred DESC, g.created_at ASC, g.id ASC ",
            (false, true) => " ORDER BY g.created_at DESC, g.id DESC ",
            (false, false) => " ORDER BY g.created_at ASC, g.id ASC ",
        }
    }
}

/// The trigram index finds texts of this many letters and more.
const SHORTEST_INDEXED_TERM: usize = 3;

/// How a text is looked for.
enum Search {
    /// Not at all.
    None,
    /// By the words of the texts.
    Words(String),
    /// By the trigrams of the texts: the term as a phrase, and as a pattern for times when it could be part of one.
    Trigrams { phrase: String, time: Option<String> },
    /// Too short for the index: as a pattern, image by image.
    Short(String),
}

impl Search {
    fn new(tx: &ReadTx<'_>, term: Option<&str>) -> Result<Self, StorageError> {
        // A NUL would end the text inside SQLite. No value holds one, nor the character between values.
        let term = term.unwrap_or_default().replace('\0', "\u{1f}");
        if term.is_empty() {
            return Ok(Self::None);
        }
        if term.chars().count() < SHORTEST_INDEXED_TERM {
            return Ok(Self::Short(pattern(&term)));
        }
        if let Some(expression) = words::expression(tx, &term)? {
            return Ok(Self::Words(expression));
        }
        let may_be_time = term.chars().all(|c| c.is_ascii_digit() || "-: .".contains(c));
        Ok(Self::Trigrams {
            phrase: format!("\"{}\"", term.replace('"', "\"\"")),
            time: may_be_time.then(|| pattern(&term)),
        })
    }
}

/// A pattern for `LIKE … ESCAPE '\'` that finds `term` anywhere, as it stands.
fn pattern(term: &str) -> String {
    let mut pattern = String::from("%");
    for letter in term.chars() {
        if ['%', '_', '\\'].contains(&letter) {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}

const IMAGES: &str = " FROM gallery_images g ";
/// With the columns by which images are chosen, but for their texts and times.
const COUNTS: &str = " FROM gallery_counts g ";

/// A listing, ready to be asked: the piece of SQL from `FROM` to the last condition, and its values.
struct Question {
    sql: String,
    owner: Option<String>,
    board: Option<String>,
    origin: Option<&'static str>,
    categories: Option<String>,
    is_intermediate: Option<bool>,
    phrase: Option<String>,
    like: Option<String>,
    date: Option<(String, String)>,
    /// Whether what a text index finds comes first, and then each image of it.
    by_text: bool,
}

impl Question {
    fn new(tx: &ReadTx<'_>, within: &Within<'_>, filter: &ImageFilter) -> Result<Self, StorageError> {
        let mut sql = String::new();
        let (mut phrase, mut like) = (None, None);
        // A cross join keeps the order: what the term finds first, then each of its images.
        let (from, found) = match Search::new(tx, filter.search.as_deref())? {
            Search::None => (IMAGES, ""),
            Search::Short(pattern) => {
                like = Some(pattern);
                (IMAGES, include_str!("in_short_text.sql"))
            }
            Search::Trigrams { phrase: letters, time: Some(pattern) } => {
                (phrase, like) = (Some(letters), Some(pattern));
                (IMAGES, include_str!("in_time_or_text.sql"))
            }
            Search::Trigrams { phrase: letters, time: None } => {
                phrase = Some(letters);
                let from = " FROM gallery_search f CROSS JOIN gallery_images g ON g.id = f.rowid ";
                (from, " AND f.gallery_search MATCH :phrase")
            }
            Search::Words(expression) => {
                phrase = Some(expression);
                let from = " FROM gallery_words f CROSS JOIN gallery_images g ON g.id = f.rowid ";
                (from, " AND f.gallery_words MATCH :phrase")
            }
        };
        let by_text = phrase.is_some() && like.is_none();
        sql.push_str(from);
        let scope = match within {
            Within::Anywhere(scope) | Within::Uncategorized(scope) => scope.owner().map(|user| user.0.clone()),
            Within::Board(_) => None,
        };
        sql.push_str(match (within, &scope) {
            (Within::Anywhere(_), None) => "WHERE TRUE",
            (Within::Anywhere(_), Some(_)) => "WHERE g.user_id = :owner",
            (Within::Uncategorized(_), None) => "WHERE g.board_id = ''",
            (Within::Uncategorized(_), Some(_)) => "WHERE g.user_id = :owner AND g.board_id = ''",
            (Within::Board(_), _) => "WHERE g.board_id = :board",
        });
        let mut when = |condition: &'static str, holds: bool| {
            if holds {
                sql.push_str(condition);
            }
        };
        when(found, by_text);
        when(" AND g.image_origin = :origin", filter.origin.is_some());
        when(" AND g.image_category IN (SELECT value FROM json_each(:categories))", filter.categories.is_some());
        when(" AND g.is_intermediate = :is_intermediate", filter.is_intermediate.is_some());
        when(" AND g.created_at >= :from AND g.created_at < :to", filter.date.is_some());
        when(found, !by_text);
        let words = |categories: &Vec<ImageCategory>| {
            serde_json::Value::from(categories.iter().map(|category| category.as_str()).collect::<Vec<_>>()).to_string()
        };
        Ok(Self {
            sql,
            owner: scope,
            board: match within {
                Within::Board(grant) => Some(grant.id().0.clone()),
                _ => None,
            },
            origin: filter.origin.map(ImageOrigin::as_str),
            categories: filter.categories.as_ref().map(words),
            is_intermediate: filter.is_intermediate,
            phrase,
            like,
            // Every time of that day begins with it, and no other time does.
            date: filter.date.as_ref().map(|date| (date.clone(), format!("{date}~"))),
            by_text,
        })
    }

    fn values(&self) -> Vec<(&'static str, &dyn ToSql)> {
        let mut values: Vec<(&'static str, &dyn ToSql)> = Vec::new();
        macro_rules! bind {
            ($($name:literal = $field:ident),*) => {$(
                if let Some(value) = &self.$field {
                    values.push((concat!(":", $name), value));
                }
            )*};
        }
        bind!("owner" = owner, "board" = board, "origin" = origin, "categories" = categories);
        bind!("is_intermediate" = is_intermediate, "phrase" = phrase, "like" = like);
        if let Some((from, to)) = &self.date {
            values.extend([(":from", from as &dyn ToSql), (":to", to)]);
        }
        values
    }
}

/// A page of a listing, and how many images the whole listing has.
pub fn list_page(
    tx: &ReadTx<'_>,
    within: &Within<'_>,
    filter: &ImageFilter,
    order: ImageOrder,
    offset: u32,
    limit: u32,
) -> Result<(Vec<ImageRecord>, i64), StorageError> {
    if limit == 0 {
        return Ok((Vec::new(), count(tx, within, filter)?));
    }
    let question = Question::new(tx, within, filter)?;
    let mut values = question.values();
    let (page, total, ids);
    if question.by_text {
        let (found, on_page) = found(tx, &question, order, offset, limit)?;
        (total, ids) = (Some(found), serde_json::Value::from(on_page).to_string());
        page = "SELECT g.* FROM json_each(:ids) p CROSS JOIN gallery_images g ON g.id = p.value".to_owned();
        values = vec![(":ids", &ids as &dyn ToSql)];
    } else {
        let columns = "SELECT g.id, g.image_name, g.board_id, g.starred, g.created_at";
        page = [columns, &question.sql, order.sql(), "LIMIT :limit OFFSET :offset"].concat();
        total = None;
        values.extend([(":limit", &limit as &dyn ToSql), (":offset", &offset)]);
    }
    let join = "nullif(g.board_id, '') AS board_id FROM (";
    let end = ") g CROSS JOIN images i ON i.image_name = g.image_name";
    let sql = [SELECT, join, &page, end, order.sql()].concat();
    let mut statement = tx.sql().prepare_cached(&sql)?;
    let images = statement.query_map(&*values, row_to_image)?.collect::<Result<_, _>>()?;
    Ok((images, total.map_or_else(|| count(tx, within, filter), Ok)?))
}

/// How many images a term finds, and the ids of those on a page. Finding is what takes long, so it is done once, and what is found is
/// neither kept nor put in order beyond the page.
fn found(
    tx: &ReadTx<'_>,
    question: &Question,
    order: ImageOrder,
    offset: u32,
    limit: u32,
) -> Result<(i64, Vec<i64>), StorageError> {
    let (offset, end) = (offset as usize, offset.saturating_add(limit) as usize);
    // Ids mostly follow time: what comes first is mostly first.
    let direction = if order.newest_first { " ORDER BY f.rowid DESC" } else { " ORDER BY f.rowid" };
    let sql = ["SELECT g.id, g.starred, g.created_at", &question.sql, direction].concat();
    let mut statement = tx.sql().prepare_cached(&sql)?;
    let mut rows = statement.query(&*question.values())?;
    let (mut total, mut first) = (0, Vec::<Place<String>>::new());
    // How many of the first are in order: the last of them has all of the page before it.
    let mut ordered = 0;
    while let Some(row) = rows.next()? {
        total += 1;
        let created_at = row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?;
        let place = Place { id: row.get(0)?, starred: row.get(1)?, created_at };
        if ordered > 0 && order.compare(&place, &first[ordered - 1]).is_gt() {
            continue;
        }
        first.push(Place { id: place.id, starred: place.starred, created_at: created_at.to_owned() });
        if first.len() > 2 * end + SPARE {
            first.sort_unstable_by(|a, b| order.compare(a, b));
            first.truncate(end);
            ordered = end;
        }
    }
    first.sort_unstable_by(|a, b| order.compare(a, b));
    Ok((total, first.iter().take(end).skip(offset).map(|place| place.id).collect()))
}

/// The names of a listing, all of them, each with whether it is starred.
pub fn list_names(
    tx: &ReadTx<'_>,
    within: &Within<'_>,
    filter: &ImageFilter,
    order: ImageOrder,
) -> Result<Vec<(ImageName, bool)>, StorageError> {
    let question = Question::new(tx, within, filter)?;
    let sql = if question.by_text {
        let found = ["SELECT g.id, g.image_name, g.starred, g.created_at", &question.sql].concat();
        ["WITH g AS MATERIALIZED (", &found, ") SELECT g.image_name, g.starred FROM g", order.sql()].concat()
    } else {
        ["SELECT g.image_name, g.starred", &question.sql, order.sql()].concat()
    };
    let mut statement = tx.sql().prepare_cached(&sql)?;
    let names = statement.query_map(&*question.values(), |row| Ok((ImageName(row.get(0)?), row.get(1)?)))?;
    Ok(names.collect::<Result<_, _>>()?)
}

/// How many images a listing has.
pub fn count(tx: &ReadTx<'_>, within: &Within<'_>, filter: &ImageFilter) -> Result<i64, StorageError> {
    let question = Question::new(tx, within, filter)?;
    // Counts are kept of all that can be asked but texts and times.
    let sql = if filter.search.as_deref().unwrap_or_default().is_empty() && filter.date.is_none() {
        ["SELECT coalesce(sum(g.images), 0)", &question.sql.replace(IMAGES, COUNTS)].concat()
    } else {
        ["SELECT count(*)", &question.sql].concat()
    };
    let mut statement = tx.sql().prepare_cached(&sql)?;
    Ok(statement.query_row(&*question.values(), |row| row.get(0))?)
}
