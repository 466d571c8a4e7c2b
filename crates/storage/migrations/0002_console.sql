-- Groups of people, consoles, mail that is sent. Every table's key begins with its tenant, except where the file says why.
-- In 0001 that is `browser_session`, whose key begins with the token: were it the tenant, SQLite would look through all of a
-- tenant's sessions for those of one person.

-- A part of a tenant's people, with its own date from which the second factor is compulsory (W8).
CREATE TABLE person_group (
    tenant_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    name TEXT NOT NULL,
    grace_until BIGINT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
) WITHOUT ROWID;

CREATE UNIQUE INDEX person_group_name ON person_group (tenant_id, name);

-- The group that a person belongs to; at most one.
ALTER TABLE person ADD COLUMN group_id BIGINT;

CREATE INDEX person_group_member ON person (tenant_id, group_id, login) WHERE group_id IS NOT NULL;

-- 1: the next login leads to a set-up, whatever the policy says (G8).
ALTER TABLE person ADD COLUMN must_enrol BIGINT NOT NULL DEFAULT 0;

-- What lists of people tell and are filtered by, kept by the statements that change it (docs/decisions/0008). `factor` is 0 for
-- none, 1 for a set-up that was begun, 2 for a confirmed app; `blocked_until` is the greatest number while a budget is closed.
-- `logged_in` is 1 after the first login: were the time of the last one in an index, every login would write that, and on
-- PostgreSQL all of the person's.
ALTER TABLE person ADD COLUMN factor BIGINT NOT NULL DEFAULT 0;
ALTER TABLE person ADD COLUMN codes_low BIGINT NOT NULL DEFAULT 0;
ALTER TABLE person ADD COLUMN blocked_until BIGINT NOT NULL DEFAULT 0;
ALTER TABLE person ADD COLUMN last_login_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE person ADD COLUMN logged_in BIGINT NOT NULL DEFAULT 0;

-- The name, folded, for the order of lists and for the search; and whether this and the words below are up to date.
ALTER TABLE person ADD COLUMN name_key TEXT NOT NULL DEFAULT '';
ALTER TABLE person ADD COLUMN listed BIGINT NOT NULL DEFAULT 0;

CREATE INDEX person_name ON person (tenant_id, name_key, id);
CREATE INDEX person_never ON person (tenant_id, logged_in, login) WHERE logged_in = 0;
CREATE INDEX person_factor ON person (tenant_id, factor, login);
CREATE INDEX person_disabled ON person (tenant_id, disabled, login) WHERE disabled = 1;
CREATE INDEX person_codes_low ON person (tenant_id, codes_low, login) WHERE codes_low = 1;
CREATE INDEX person_blocked ON person (tenant_id, login) WHERE blocked_until > 0;
CREATE INDEX person_unlisted ON person (tenant_id, listed, id) WHERE listed = 0;

-- Set-ups that were begun, a handful, for the sweep: it would else look through everybody's app while logins wait.
CREATE INDEX totp_begun ON totp (tenant_id, expires_at) WHERE confirmed_at IS NULL;

-- The words of login ID and name with which neither begins, folded.
CREATE TABLE person_word (
    tenant_id BIGINT NOT NULL,
    word TEXT NOT NULL,
    user_id BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, word, user_id)
) WITHOUT ROWID;

-- Digits that an administrator reads out over the phone; they stand in for the second factor once. At most one a person.
CREATE TABLE helpdesk_code (
    tenant_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    key_id BIGINT NOT NULL,
    verifier BYTEA NOT NULL,
    issued_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    failures BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, user_id)
) WITHOUT ROWID;

-- What a caller reads out from an error page. Only refusals are in it: an index of every event would cost each login its disk
-- (docs/decisions/0009).
CREATE INDEX audit_event_refused ON audit_event (tenant_id, reference) WHERE refusal IS NOT NULL;

-- Every text that a tenant's policy ever had, with who wrote it and why; `revision` is the one that it made.
CREATE TABLE policy_revision (
    tenant_id BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    policy TEXT NOT NULL,
    at BIGINT NOT NULL,
    actor BIGINT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (tenant_id, revision)
) WITHOUT ROWID;

-- How many people had a second factor of any kind, an app, a private mail address for codes, a row a day (in UTC) and group;
-- group 0 is none. Who has both an app and an address is in either.
CREATE TABLE adoption_day (
    tenant_id BIGINT NOT NULL,
    day BIGINT NOT NULL,
    group_id BIGINT NOT NULL,
    people BIGINT NOT NULL,
    with_factor BIGINT NOT NULL,
    with_app BIGINT NOT NULL,
    with_email BIGINT NOT NULL,
    begun BIGINT NOT NULL,
    counted_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, day, group_id)
) WITHOUT ROWID;

-- Work for a console that takes longer than a page: how far it is, so that another node or a reload can show it. `input` is what it
-- works on, `result` what it found, both as its kind reads them.
CREATE TABLE console_job (
    tenant_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    kind BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    input TEXT NOT NULL,
    state BIGINT NOT NULL,
    done BIGINT NOT NULL,
    total BIGINT NOT NULL,
    result TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
) WITHOUT ROWID;

-- One of a kind at a time; `state` 0 is one that goes on.
CREATE UNIQUE INDEX console_job_running ON console_job (tenant_id, kind) WHERE state = 0;

-- 1 while the password is one that somebody else set or saw: a new one is chosen after the first login with it (SEC-70).
ALTER TABLE person ADD COLUMN password_temporary BIGINT NOT NULL DEFAULT 0;

-- A person's open login attempts, to end them, and to keep their number small.
CREATE INDEX login_attempt_user ON login_attempt (tenant_id, user_id, expires_at);

-- The outbox as a queue: when a notice is tried next; while a node sends it, when that node's lease ends. `enclosed` is what the
-- mail alone tells (a code to confirm an address), sealed.
ALTER TABLE outbox ADD COLUMN due_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN tries BIGINT NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN agent TEXT;
ALTER TABLE outbox ADD COLUMN enclosed BYTEA;

-- Every tenant's, in one order: who sends looks for what is due anywhere.
CREATE INDEX outbox_due ON outbox (due_at, tenant_id, id);

-- When its owner said that the device is lost: the app opens nothing until it is found or replaced (SEC-44).
ALTER TABLE totp ADD COLUMN suspended_at BIGINT;

-- One row that is written to see whether writes are taken. It belongs to the server, so its key has no tenant.
CREATE TABLE write_probe (
    id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (id)
);

-- When the tenant is deleted; NULL: it stays.
ALTER TABLE tenant ADD COLUMN delete_at BIGINT;

-- Tenants that were deleted: neither their numbers nor their addresses are given to others, whose pages and trails they would
-- seem to be.
CREATE TABLE former_tenant (
    tenant_id BIGINT NOT NULL,
    slug TEXT NOT NULL,
    removed_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id)
) WITHOUT ROWID;

CREATE UNIQUE INDEX former_tenant_slug ON former_tenant (slug);

-- Rescues of administrators that wait for a second operator (SEC-42). `asked_by` is an actor's number.
CREATE TABLE rescue (
    tenant_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    asked_by BIGINT NOT NULL,
    asked_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    statement TEXT NOT NULL,
    PRIMARY KEY (tenant_id, user_id)
) WITHOUT ROWID;

-- Those who manage a tenant, a handful among a million.
CREATE INDEX person_managers ON person (tenant_id, role, login) WHERE role > 0;

-- Host names (kind 1) and mail domains (kind 2) that lead to a tenant, in A-labels. The name comes first in the key: nobody may
-- have one that another tenant has, and it is looked up before it is known whose it is.
CREATE TABLE entrance (
    kind BIGINT NOT NULL,
    name TEXT NOT NULL,
    tenant_id BIGINT NOT NULL,
    PRIMARY KEY (kind, name)
) WITHOUT ROWID;

CREATE INDEX entrance_tenant ON entrance (tenant_id);

-- The codes themselves, sealed, where the tenant lets people look at them again (C3).
ALTER TABLE backup_code_set ADD COLUMN sealed BYTEA;

-- Links of reset mails, by the hash of what they carry (SEC-40). They open a page for a new password, once.
CREATE TABLE password_reset (
    tenant_id BIGINT NOT NULL,
    token_hash BYTEA NOT NULL,
    user_id BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, token_hash)
) WITHOUT ROWID;

CREATE INDEX password_reset_user ON password_reset (tenant_id, user_id);

-- Servers that run on this database, with the keys of their rings. They belong to no tenant, so their key has none.
CREATE TABLE server_node (
    id BIGINT NOT NULL,
    active BIGINT NOT NULL,
    keys TEXT NOT NULL,
    seen_at BIGINT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (id)
);

-- A tenant's logo, by what it shows; NULL: its name stands there.
ALTER TABLE tenant ADD COLUMN logo BIGINT;

-- Pictures as we wrote them anew (SEC-71): the logo, and a few that were shown in a preview and not saved. With a row id, because
-- they are large.
CREATE TABLE tenant_logo (
    tenant_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    png BYTEA NOT NULL,
    kept_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

-- The import that a person came with: a piece of work of a console. Who never logged in can be taken back by it.
ALTER TABLE person ADD COLUMN import_id BIGINT;

CREATE INDEX person_import ON person (tenant_id, import_id, id) WHERE import_id IS NOT NULL;

-- The password as another system hashed it, sealed; `password` is then a mark. The first right password replaces both.
ALTER TABLE person ADD COLUMN imported BYTEA;

-- A file that waits to be imported, in sealed parts; part 0 says what is wrong with it.
CREATE TABLE import_part (
    tenant_id BIGINT NOT NULL,
    job_id BIGINT NOT NULL,
    part BIGINT NOT NULL,
    sealed BYTEA NOT NULL,
    kept_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, job_id, part)
);

-- Further mail addresses for a person's notices (SEC-43). `key_id` and `verifier` are of the code that confirms one.
CREATE TABLE person_address (
    tenant_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    sealed BYTEA NOT NULL,
    confirmed_at BIGINT,
    key_id BIGINT,
    verifier BYTEA,
    failures BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, user_id, id)
) WITHOUT ROWID;

CREATE INDEX person_address_pending ON person_address (tenant_id, expires_at) WHERE confirmed_at IS NULL;

-- From where a person usually logs in: keyed hashes of networks and of browsers' names, a few of each (SEC-43).
CREATE TABLE familiar (
    tenant_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    kind BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, user_id, kind, hash)
) WITHOUT ROWID;

CREATE INDEX familiar_seen ON familiar (tenant_id, seen_at);

-- In a mail that stands for several: how many further notices it tells of (SEC-29).
ALTER TABLE outbox ADD COLUMN joined BIGINT NOT NULL DEFAULT 0;

CREATE INDEX outbox_user ON outbox (tenant_id, user_id);
