-- SPDX-FileCopyrightText: The Maillage authors
-- SPDX-License-Identifier: EUPL-1.2
-- People: accounts, memberships, what proves who they are, and the chained audit trail. Identifiers, hashes and folded
-- names compare as bytes, as on SQLite.

-- +goose Up

CREATE TABLE accounts (
    id           TEXT COLLATE "C" PRIMARY KEY,
    email        TEXT COLLATE "C" NOT NULL,
    -- The address in lower case; NULL once erased, so that it is free again.
    email_key    TEXT COLLATE "C" UNIQUE,
    name         TEXT COLLATE "C" NOT NULL,
    name_folded  TEXT COLLATE "C" NOT NULL,
    function     TEXT COLLATE "C" NOT NULL,
    interests    TEXT COLLATE "C" NOT NULL,
    rhythm       TEXT COLLATE "C" NOT NULL,
    lang         TEXT COLLATE "C" NOT NULL,
    office       TEXT COLLATE "C" NOT NULL,
    state        TEXT COLLATE "C" NOT NULL,
    disabled_for TEXT COLLATE "C" NOT NULL,
    password     TEXT COLLATE "C" NOT NULL,
    password_at  TIMESTAMPTZ,
    must_change  BOOLEAN NOT NULL,
    password_off BOOLEAN NOT NULL,
    handle       BYTEA UNIQUE,
    created_at   TIMESTAMPTZ NOT NULL,
    updated_at   TIMESTAMPTZ NOT NULL,
    seen_at      TIMESTAMPTZ
);
CREATE INDEX accounts_office ON accounts (office) WHERE office <> '';

CREATE TABLE memberships (
    id              TEXT COLLATE "C" PRIMARY KEY,
    account_id      TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    organisation_id TEXT COLLATE "C" NOT NULL REFERENCES entities (id),
    role            TEXT COLLATE "C" NOT NULL,
    state           TEXT COLLATE "C" NOT NULL,
    proof           TEXT COLLATE "C" NOT NULL,
    reason          TEXT COLLATE "C" NOT NULL,
    asked_at        TIMESTAMPTZ NOT NULL,
    decided_by      TEXT COLLATE "C" NOT NULL,
    decided_at      TIMESTAMPTZ,
    ended_at        TIMESTAMPTZ
);
CREATE UNIQUE INDEX memberships_live ON memberships (account_id, organisation_id) WHERE state IN ('pending', 'accepted');
CREATE INDEX memberships_organisation ON memberships (organisation_id, state);
CREATE INDEX memberships_account ON memberships (account_id);
CREATE INDEX memberships_pending ON memberships (id) WHERE state = 'pending';

-- One-time secrets. Neither code nor link is here: both are worked out with a key kept elsewhere.
CREATE TABLE challenges (
    id              TEXT COLLATE "C" PRIMARY KEY,
    purpose         TEXT COLLATE "C" NOT NULL,
    account_id      TEXT COLLATE "C" NOT NULL,
    email           TEXT COLLATE "C" NOT NULL,
    email_key       TEXT COLLATE "C" NOT NULL,
    organisation_id TEXT COLLATE "C" NOT NULL,
    data            TEXT COLLATE "C" NOT NULL,
    serial          BIGINT NOT NULL,
    tries           BIGINT NOT NULL,
    code_expires_at TIMESTAMPTZ,
    created_at      TIMESTAMPTZ NOT NULL,
    expires_at      TIMESTAMPTZ NOT NULL,
    used_at         TIMESTAMPTZ
);
CREATE INDEX challenges_account ON challenges (account_id, purpose);
CREATE INDEX challenges_email ON challenges (email_key, purpose);
CREATE INDEX challenges_organisation ON challenges (organisation_id, purpose);
CREATE INDEX challenges_expires ON challenges (expires_at);

-- Failures, under names from which nobody reads whose.
CREATE TABLE attempts (
    name       TEXT COLLATE "C" PRIMARY KEY,
    in_a_row   BIGINT NOT NULL,
    recent     TEXT COLLATE "C" NOT NULL,
    last_at    TIMESTAMPTZ NOT NULL
);
CREATE INDEX attempts_last ON attempts (last_at);

CREATE TABLE sessions (
    id            TEXT COLLATE "C" PRIMARY KEY,
    hash          TEXT COLLATE "C" NOT NULL UNIQUE,
    account_id    TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    membership_id TEXT COLLATE "C" NOT NULL,
    strong        BOOLEAN NOT NULL,
    method        TEXT COLLATE "C" NOT NULL,
    device        TEXT COLLATE "C" NOT NULL,
    network       TEXT COLLATE "C" NOT NULL,
    id_token      TEXT COLLATE "C" NOT NULL,
    proved_at     TIMESTAMPTZ NOT NULL,
    created_at    TIMESTAMPTZ NOT NULL,
    seen_at       TIMESTAMPTZ NOT NULL,
    expires_at    TIMESTAMPTZ NOT NULL,
    ended_at      TIMESTAMPTZ
);
CREATE INDEX sessions_account ON sessions (account_id);
CREATE INDEX sessions_expires ON sessions (expires_at);

CREATE TABLE devices (
    hash       TEXT COLLATE "C" NOT NULL,
    account_id TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    created_at TIMESTAMPTZ NOT NULL,
    used_at    TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (account_id, hash)
);

CREATE TABLE totp_factors (
    account_id TEXT COLLATE "C" PRIMARY KEY REFERENCES accounts (id),
    sealed     TEXT COLLATE "C" NOT NULL,
    last_step  BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE recovery_codes (
    account_id TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    hash       TEXT COLLATE "C" NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    used_at    TIMESTAMPTZ,
    PRIMARY KEY (account_id, hash)
);

CREATE TABLE passkeys (
    id         TEXT COLLATE "C" PRIMARY KEY,
    account_id TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    label      TEXT COLLATE "C" NOT NULL,
    credential BYTEA NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    used_at    TIMESTAMPTZ
);
CREATE INDEX passkeys_account ON passkeys (account_id);

CREATE TABLE identities (
    issuer     TEXT COLLATE "C" NOT NULL,
    subject    TEXT COLLATE "C" NOT NULL,
    account_id TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    provider   TEXT COLLATE "C" NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (issuer, subject)
);
CREATE INDEX identities_account ON identities (account_id);

-- Members' own API tokens and app passwords; api_tokens holds those of the administrator's programmes.
CREATE TABLE secrets (
    id            TEXT COLLATE "C" PRIMARY KEY,
    account_id    TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    membership_id TEXT COLLATE "C" NOT NULL,
    kind          TEXT COLLATE "C" NOT NULL,
    name          TEXT COLLATE "C" NOT NULL,
    scope         TEXT COLLATE "C" NOT NULL,
    office        BOOLEAN NOT NULL,
    hash          TEXT COLLATE "C" NOT NULL UNIQUE,
    created_at    TIMESTAMPTZ NOT NULL,
    expires_at    TIMESTAMPTZ,
    last_used_at  TIMESTAMPTZ,
    revoked_at    TIMESTAMPTZ
);
CREATE INDEX secrets_account ON secrets (account_id);

-- Who was erased. A copy is kept outside the database, to be done again after a restored backup.
CREATE TABLE erasures (
    account_id TEXT COLLATE "C" PRIMARY KEY,
    at         TIMESTAMPTZ NOT NULL,
    posts      BOOLEAN NOT NULL
);

-- Messages that were handed over, so that one sent just before a stop is not sent again.
CREATE TABLE letters_sent (
    id      TEXT COLLATE "C" PRIMARY KEY,
    sent_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX letters_sent_at ON letters_sent (sent_at);

-- The trail becomes a chain: each line carries the mark of the one before. Lines written before this
-- version keep seq 0 and no mark.
ALTER TABLE audit_entries ADD COLUMN seq BIGINT NOT NULL DEFAULT 0;
ALTER TABLE audit_entries ADD COLUMN mark TEXT COLLATE "C" NOT NULL DEFAULT '';
CREATE UNIQUE INDEX audit_entries_seq ON audit_entries (seq) WHERE seq > 0;
CREATE TABLE audit_heads (
    origin TEXT COLLATE "C" PRIMARY KEY,
    seq    BIGINT NOT NULL,
    mark   TEXT COLLATE "C" NOT NULL
);
INSERT INTO audit_heads (origin, seq, mark) VALUES ('local', 0, '');
