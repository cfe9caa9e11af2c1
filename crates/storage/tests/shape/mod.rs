//! The shape of a database, to compare two of them.

use rusqlite::Connection;
use std::collections::BTreeMap;

pub(crate) fn column(connection: &Connection, sql: &str) -> Vec<String> {
    let mut statement = connection.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| row.get::<_, rusqlite::types::Value>(0)).unwrap();
    rows.map(|value| format!("{:?}", value.unwrap())).collect()
}

/// Everything that can be asked about the shape of a database, table by table, in an order that does not matter.
pub(crate) fn shape(connection: &Connection) -> BTreeMap<String, Vec<String>> {
    let words = |text: String| text.replace(['(', ')', ',', ';'], " ").split_whitespace().collect::<Vec<_>>().join(" ");
    let mut shape = BTreeMap::new();
    let names = "SELECT type, name FROM sqlite_master WHERE name NOT LIKE 'sqlite_autoindex%'";
    let mut statement = connection.prepare(names).unwrap();
    let rows = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))).unwrap();
    for (kind, name) in rows.map(Result::unwrap) {
        let facts = match kind.as_str() {
            "table" => ["table_xinfo", "foreign_key_list", "index_list"]
                .iter()
                .flat_map(|pragma| {
                    let sql = match *pragma {
                        "table_xinfo" => format!("SELECT cid || ' ' || name || ' ' || type || ' ' || \"notnull\" || ' ' || coalesce(replace(dflt_value, ' ', ''), '-') || ' ' || pk || ' ' || hidden FROM pragma_table_xinfo('{name}')"),
                        "foreign_key_list" => format!("SELECT \"from\" || ' ' || \"table\" || ' ' || \"to\" || ' ' || on_delete FROM pragma_foreign_key_list('{name}') ORDER BY 1"),
                        _ => format!("SELECT \"unique\" || ' ' || origin || ' ' || partial || ' ' || (SELECT group_concat(c.name || c.\"desc\") FROM pragma_index_xinfo(l.name) c WHERE c.key) FROM pragma_index_list('{name}') l ORDER BY 1"),
                    };
                    column(connection, &sql)
                })
                .collect(),
            "trigger" => column(connection, &format!("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = '{name}'"))
                .into_iter()
                .map(|sql| words(sql.replace("\\n", " ").to_lowercase()))
                .collect(),
            _ => vec![],
        };
        shape.insert(format!("{kind} {name}"), facts);
    }
    shape
}
