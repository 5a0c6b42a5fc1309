//! Inspectors to whom a case can be given.

use uuid::Uuid;

use crate::platform::db::GenericClient;
use crate::platform::problem::Result;

/// An inspector to whom a case can be given.
#[derive(Clone, Debug)]
pub(crate) struct Colleague {
    /// The account.
    pub(crate) account: Uuid,
    /// The login.
    pub(crate) login: String,
    /// KATO code.
    pub(crate) region: Option<String>,
}

/// The region of an inspector to whom a case can be given; none of any other account.
pub(crate) async fn find_inspector_region(db: &impl GenericClient, account: Uuid) -> Result<Option<String>> {
    let find = db
        .prepare_cached(
            "-- inspection::find_inspector_region
             SELECT region FROM account WHERE id = $1 AND role = 'inspector' AND disabled_at IS NULL",
        )
        .await?;
    Ok(db.query_opt(&find, &[&account]).await?.and_then(|row| row.get("region")))
}

/// Inspectors to whom a case can be given: those of this region first.
pub(crate) async fn list_colleagues(
    db: &impl GenericClient,
    region: Option<&str>,
    limit: i64,
) -> Result<Vec<Colleague>> {
    let list = db
        .prepare_cached(
            "-- inspection::list_colleagues
             SELECT id, login, region FROM account WHERE role = 'inspector' AND disabled_at IS NULL
             ORDER BY region IS DISTINCT FROM $1, region, login LIMIT $2",
        )
        .await?;
    let rows = db.query(&list, &[&region, &limit]).await?;
    let colleague = |row: &tokio_postgres::Row| Colleague {
        account: row.get("id"),
        login: row.get("login"),
        region: row.get("region"),
    };
    Ok(rows.iter().map(colleague).collect())
}
