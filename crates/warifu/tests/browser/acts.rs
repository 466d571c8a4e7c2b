//! What people do here again and again: sign in, scan, sign out.

use crate::demo::Account;
use crate::phone::Phone;
use crate::visit::{Visit, Words};

pub(crate) const ACCOUNT: Words = ("アカウント", "Your account");
pub(crate) const SIGN_IN: Words = ("ログイン", "Sign in");
pub(crate) const ENTER_CODE: Words = ("セキュリティコードの入力", "Enter your security code");
pub(crate) const ENTER_BACKUP_CODE: Words = (
    "バックアップコードでログイン",
    "Sign in with your backup code",
);
pub(crate) const SET_UP: Words = ("2要素認証有効化", "Turn on two-factor authentication");
pub(crate) const BACKUP_CODES: Words = ("バックアップコード", "Backup codes");

pub(crate) const START_SET_UP: Words = ("2要素認証を設定する", "Set up two-factor authentication");
pub(crate) const VERIFY: Words = ("認証する", "Verify");
pub(crate) const DOWNLOAD: Words = ("バックアップコードをダウンロード", "Download backup codes");
pub(crate) const USE_BACKUP_CODE: Words = (
    "バックアップコードを使用してログインする",
    "Sign in with one of your backup codes",
);
pub(crate) const SUBMIT_LOGIN: Words = ("ログインする", "Sign in");
pub(crate) const SIGN_OUT: Words = ("ログアウトする", "Sign out");

impl Visit {
    /// An ordinary member of an organisation of the demonstration: the last in its table.
    pub(crate) fn member(&self, tenant: &str) -> Account {
        let accounts = self.accounts(tenant);
        accounts
            .last()
            .expect("every organisation has members")
            .clone()
    }

    /// Goes to the login and gives the password; what comes next depends on the account.
    pub(crate) async fn sign_in(&self, tenant: &str, account: &Account) {
        self.open(&format!("/{tenant}/login")).await;
        self.give_password(account).await;
    }

    pub(crate) async fn give_password(&self, account: &Account) {
        self.fill("login", &account.login).await;
        self.fill("password", &account.password).await;
        self.press(SUBMIT_LOGIN).await;
    }

    pub(crate) async fn give_code(&self, code: &str) {
        self.fill("code", code).await;
        self.press(VERIFY).await;
    }

    /// On the page that asks for the app's code: goes to the other one and gives a backup code.
    pub(crate) async fn give_backup_code(&self, code: &str) {
        self.fill("backup_code", code).await;
        self.press(SUBMIT_LOGIN).await;
    }

    /// Signs in to the preset `workspace` with password and backup code.
    pub(crate) async fn sign_in_with_backup_code(&self, account: &Account, code: &str) {
        self.sign_in("workspace", account).await;
        self.press(USE_BACKUP_CODE).await;
        self.give_backup_code(code).await;
    }

    pub(crate) async fn sign_out(&self) {
        self.press(SIGN_OUT).await;
    }

    /// Chooses the language that the pages speak anyway.
    pub(crate) async fn switch_language_and_back(&self) {
        for _ in 0..2 {
            let switch = self.find(".language button").await;
            self.turns_page(async || switch.click().await).await;
        }
    }

    /// Reads the QR code off a picture of the page as it is shown.
    pub(crate) async fn scan(&self) -> Phone {
        let picture = self.scratch_file("screen.png");
        std::fs::write(&picture, self.picture().await).expect("the build folder is writable");
        Phone::scan(&picture)
    }

    /// Signed in to the preset `workspace`: sets two-factor up, as far as the page with the backup codes.
    pub(crate) async fn set_up(&self) -> Phone {
        self.open("/workspace/account").await;
        self.press(START_SET_UP).await;
        let mut phone = self.scan().await;
        self.give_code(&phone.code().await).await;
        self.is_at("/workspace/account/backup-codes", BACKUP_CODES)
            .await;
        phone
    }

    /// Presses the button for backup codes, and gives the codes in the file that comes.
    pub(crate) async fn download_codes(&self) -> Vec<String> {
        self.open("/workspace/account/backup-codes").await;
        self.touch(DOWNLOAD).await;
        let (_, text) = self.downloaded().await;
        codes_in(&text)
    }
}

/// The codes in a downloaded file: everything below its heading.
pub(crate) fn codes_in(file: &str) -> Vec<String> {
    let (_, codes) = file
        .split_once("\r\n\r\n")
        .expect("a heading, then the codes");
    codes.lines().map(str::to_owned).collect()
}
