//! What goes into a statement and what comes out of it, the same for both engines: integers, text and bytes.

use std::error::Error;

use rusqlite::types::{ToSqlOutput, ValueRef};
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use warifu_domain::ids::{AuthenticatorId, GroupId, TenantId, UserId};
use warifu_domain::time::Timestamp;

use super::error::StoreError;

/// A parameter of a statement. Without `Debug`: it may be a secret.
#[derive(Clone, Copy)]
pub(crate) enum Value<'a> {
    Null,
    Int(i64),
    Text(&'a str),
    Bytes(&'a [u8]),
}

impl From<i64> for Value<'_> {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<UserId> for Value<'_> {
    fn from(value: UserId) -> Self {
        Self::Int(value.0)
    }
}

impl From<GroupId> for Value<'_> {
    fn from(value: GroupId) -> Self {
        Self::Int(value.0)
    }
}

impl From<AuthenticatorId> for Value<'_> {
    fn from(value: AuthenticatorId) -> Self {
        Self::Int(value.0)
    }
}

impl From<TenantId> for Value<'_> {
    fn from(value: TenantId) -> Self {
        Self::Int(value.0)
    }
}

impl From<Timestamp> for Value<'_> {
    fn from(value: Timestamp) -> Self {
        Self::Int(value.0)
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(value: &'a str) -> Self {
        Self::Text(value)
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(value: &'a String) -> Self {
        Self::Text(value)
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(value: &'a [u8]) -> Self {
        Self::Bytes(value)
    }
}

impl<'a> From<&'a Vec<u8>> for Value<'a> {
    fn from(value: &'a Vec<u8>) -> Self {
        Self::Bytes(value)
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for Value<'a> {
    fn from(value: &'a [u8; N]) -> Self {
        Self::Bytes(value)
    }
}

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl rusqlite::ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match *self {
            Self::Null => ValueRef::Null,
            Self::Int(value) => ValueRef::Integer(value),
            Self::Text(value) => ValueRef::Text(value.as_bytes()),
            Self::Bytes(value) => ValueRef::Blob(value),
        }))
    }
}

impl std::fmt::Debug for Value<'_> {
    // Wanted by tokio-postgres; says the kind only.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Null => "Null",
            Self::Int(_) => "Int(..)",
            Self::Text(_) => "Text(..)",
            Self::Bytes(_) => "Bytes(..)",
        })
    }
}

impl ToSql for Value<'_> {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match (self, ty) {
            (Self::Null, _) => Ok(IsNull::Yes),
            (Self::Int(value), &Type::INT8) => value.to_sql(ty, out),
            (Self::Text(value), &Type::TEXT) => value.to_sql(ty, out),
            (Self::Bytes(value), &Type::BYTEA) => value.to_sql(ty, out),
            _ => Err(format!("{self:?} where the server expects {ty}").into()),
        }
    }

    fn accepts(ty: &Type) -> bool {
        matches!(*ty, Type::INT8 | Type::TEXT | Type::BYTEA)
    }

    to_sql_checked!();
}

/// One row of an answer. Columns are counted from 0; a column of another type than asked for is
/// [`StoreError::Corrupt`] with its name.
pub(crate) enum Row<'r> {
    Sqlite(&'r rusqlite::Row<'r>),
    Postgres(&'r tokio_postgres::Row),
}

impl Row<'_> {
    pub(crate) fn int(&self, column: usize) -> Result<i64, StoreError> {
        self.opt_int(column)?
            .ok_or_else(|| self.unexpected(column, "an integer"))
    }

    pub(crate) fn opt_int(&self, column: usize) -> Result<Option<i64>, StoreError> {
        match self {
            Self::Sqlite(row) => match row.get_ref(column) {
                Ok(ValueRef::Integer(value)) => Ok(Some(value)),
                Ok(ValueRef::Null) => Ok(None),
                _ => Err(self.unexpected(column, "an integer")),
            },
            Self::Postgres(row) => row
                .try_get(column)
                .map_err(|_| self.unexpected(column, "an integer")),
        }
    }

    pub(crate) fn text(&self, column: usize) -> Result<String, StoreError> {
        self.opt_text(column)?
            .ok_or_else(|| self.unexpected(column, "text"))
    }

    pub(crate) fn opt_text(&self, column: usize) -> Result<Option<String>, StoreError> {
        match self {
            Self::Sqlite(row) => match row.get_ref(column) {
                Ok(ValueRef::Text(value)) => match std::str::from_utf8(value) {
                    Ok(text) => Ok(Some(text.to_owned())),
                    Err(_) => Err(self.unexpected(column, "text")),
                },
                Ok(ValueRef::Null) => Ok(None),
                _ => Err(self.unexpected(column, "text")),
            },
            Self::Postgres(row) => row
                .try_get(column)
                .map_err(|_| self.unexpected(column, "text")),
        }
    }

    pub(crate) fn bytes(&self, column: usize) -> Result<Vec<u8>, StoreError> {
        self.with_bytes(column, <[u8]>::to_vec)
    }

    pub(crate) fn opt_bytes(&self, column: usize) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.bytes_ref(column)?.map(<[u8]>::to_vec))
    }

    /// Lends the bytes to `read` without copying them.
    pub(crate) fn with_bytes<T>(
        &self,
        column: usize,
        read: impl FnOnce(&[u8]) -> T,
    ) -> Result<T, StoreError> {
        self.bytes_ref(column)?
            .map(read)
            .ok_or_else(|| self.unexpected(column, "bytes"))
    }

    fn bytes_ref(&self, column: usize) -> Result<Option<&[u8]>, StoreError> {
        match self {
            Self::Sqlite(row) => match row.get_ref(column) {
                Ok(ValueRef::Blob(value)) => Ok(Some(value)),
                Ok(ValueRef::Null) => Ok(None),
                _ => Err(self.unexpected(column, "bytes")),
            },
            Self::Postgres(row) => row
                .try_get(column)
                .map_err(|_| self.unexpected(column, "bytes")),
        }
    }

    fn unexpected(&self, column: usize, wanted: &str) -> StoreError {
        let name = match self {
            Self::Sqlite(row) => row.as_ref().column_name(column).ok(),
            Self::Postgres(row) => row.columns().get(column).map(tokio_postgres::Column::name),
        };
        match name {
            Some(name) => StoreError::corrupt(format!("column {name} does not hold {wanted}")),
            None => StoreError::Other(format!("a statement has no column {column}")),
        }
    }
}
