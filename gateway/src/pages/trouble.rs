//! Why there is no page to show, said so that a visitor knows what to do.

use axum::http::StatusCode;

use crate::listing::ListingFault;
use crate::reading::Unseen;
use crate::store::StoreFault;

/// Why there is no page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    /// No ledger with this name is served here.
    NoLedger,
    /// The ledger does not have it, or did not have it yet.
    NotFound,
    /// Nothing is at this address.
    NoPage,
    /// `asOf` is no day and no instant.
    AsOfUnreadable,
    /// `asOf` has not come yet.
    AsOfAhead,
    /// So much had become due by then that no entry says it.
    TooMuchDue,
    /// The place in a list is none.
    NoPlace,
    /// The ledger cannot be read now.
    Unavailable,
}

impl Trouble {
    /// HTTP status.
    pub(super) fn status(self) -> StatusCode {
        match self {
            Self::NoLedger | Self::NotFound | Self::NoPage => StatusCode::NOT_FOUND,
            Self::AsOfUnreadable | Self::AsOfAhead | Self::TooMuchDue | Self::NoPlace => StatusCode::BAD_REQUEST,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// Keys of its title and of what one can do.
    pub(super) fn texts(self) -> (&'static str, &'static str) {
        match self {
            Self::NoLedger => ("trouble-not-found", "trouble-no-ledger"),
            Self::NotFound => ("trouble-not-found", "trouble-nothing-then"),
            Self::NoPage => ("trouble-not-found", "trouble-no-page"),
            Self::AsOfUnreadable => ("trouble-as-of", "trouble-as-of-unreadable"),
            Self::AsOfAhead => ("trouble-as-of", "trouble-as-of-ahead"),
            Self::TooMuchDue => ("trouble-as-of", "trouble-too-much-due"),
            Self::NoPlace => ("trouble-not-found", "trouble-no-place"),
            Self::Unavailable => ("trouble-unavailable", "trouble-try-again"),
        }
    }
}

impl From<ListingFault> for Trouble {
    fn from(fault: ListingFault) -> Self {
        match fault {
            ListingFault::Future { .. } => Self::AsOfAhead,
            ListingFault::TooMuchDue => Self::TooMuchDue,
            ListingFault::Cursor => Self::NoPlace,
            ListingFault::Unavailable(_) => Self::Unavailable,
            ListingFault::Store(fault) => fault.into(),
        }
    }
}

impl From<Unseen> for Trouble {
    fn from(unseen: Unseen) -> Self {
        match unseen {
            Unseen::Unavailable(_) => Self::Unavailable,
            Unseen::Store(fault) => fault.into(),
        }
    }
}

impl From<StoreFault> for Trouble {
    fn from(fault: StoreFault) -> Self {
        tracing::error!(error = %fault, "reading for a page failed");
        Self::Unavailable
    }
}
