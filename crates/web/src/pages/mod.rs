//! Pages for people: what each one shows is in `views`, the sentences in `locales/`.

pub mod qr;
pub mod times;
pub mod views;
