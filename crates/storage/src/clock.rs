//! The clock of SQL. The reference's tables fill times by `STRFTIME(…, 'NOW')` and `CURRENT_TIMESTAMP`, in defaults and in
//! triggers that no statement can bypass. On the writing connection both ask the injected clock, so that all times of a
//! row come from one source and tests can move it.

use crate::time::to_text;
use invoke_domain::Clock;
use rusqlite::{Connection, Error, functions::FunctionFlags};
use std::sync::Arc;

const MILLISECONDS: &str = "%Y-%m-%d %H:%M:%f";

pub(crate) fn install(connection: &Connection, clock: &Arc<dyn Clock>) -> Result<(), Error> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_INNOCUOUS;
    let now = Arc::clone(clock);
    connection.create_scalar_function("strftime", 2, flags, move |call| {
        let (format, time): (String, String) = (call.get(0)?, call.get(1)?);
        if format == MILLISECONDS && time.eq_ignore_ascii_case("now") {
            Ok(to_text(now.now()))
        } else {
            Err(Error::UserFunctionError(format!("unexpected call: strftime({format}, {time})").into()))
        }
    })?;
    let now = Arc::clone(clock);
    connection.create_scalar_function("current_timestamp", 0, flags, move |_| {
        let mut text = to_text(now.now());
        text.truncate("YYYY-MM-DD HH:MM:SS".len());
        Ok(text)
    })
}
