-- SPDX-FileCopyrightText: The Maillage authors
-- SPDX-License-Identifier: EUPL-1.2
-- The registry, its change feed, its audit trail, and the outbox. Identifiers, slugs and folded names
-- compare as bytes, as on SQLite, and several times as fast as in a language; people's order is made by
-- the programme.

-- +goose Up

-- A software or an organisation: one thing of the world. facts is what is shown of it, worked out
-- from its records; provenance says which record each field comes from.
CREATE TABLE entities (
    id           TEXT COLLATE "C" PRIMARY KEY,
    kind         TEXT COLLATE "C" NOT NULL,
    slug         TEXT COLLATE "C" NOT NULL,
    rev          BIGINT NOT NULL,
    name         TEXT COLLATE "C" NOT NULL,
    name_folded  TEXT COLLATE "C" NOT NULL,
    haystack     TEXT COLLATE "C" NOT NULL,
    facts        TEXT COLLATE "C" NOT NULL,
    provenance   TEXT COLLATE "C" NOT NULL,
    merged_into  TEXT COLLATE "C" REFERENCES entities (id),
    withdrawn_at TIMESTAMPTZ,
    created_at   TIMESTAMPTZ NOT NULL,
    updated_at   TIMESTAMPTZ NOT NULL
);
CREATE INDEX entities_name ON entities (kind, name_folded);
CREATE INDEX entities_merged ON entities (merged_into) WHERE merged_into IS NOT NULL;

-- Every slug an entity bears or bore; each is given once.
CREATE TABLE entity_slugs (
    kind      TEXT COLLATE "C" NOT NULL,
    slug      TEXT COLLATE "C" NOT NULL,
    entity_id TEXT COLLATE "C" NOT NULL REFERENCES entities (id),
    current   BOOLEAN NOT NULL,
    rank      BIGINT NOT NULL,
    PRIMARY KEY (kind, slug)
);
CREATE INDEX entity_slugs_entity ON entity_slugs (entity_id);
CREATE INDEX entity_slugs_former ON entity_slugs (kind) WHERE NOT current;

-- What one source says of an entity. origin and writer are one: 'local', later another instance.
CREATE TABLE records (
    id           TEXT COLLATE "C" PRIMARY KEY,
    entity_id    TEXT COLLATE "C" NOT NULL REFERENCES entities (id),
    kind         TEXT COLLATE "C" NOT NULL,
    origin       TEXT COLLATE "C" NOT NULL,
    source       TEXT COLLATE "C" NOT NULL,
    source_key   TEXT COLLATE "C" NOT NULL,
    rev          BIGINT NOT NULL,
    facts        TEXT COLLATE "C" NOT NULL,
    retrieved_at TIMESTAMPTZ NOT NULL,
    created_at   TIMESTAMPTZ NOT NULL,
    updated_at   TIMESTAMPTZ NOT NULL,
    UNIQUE (kind, origin, source, source_key)
);
CREATE INDEX records_entity ON records (entity_id);

-- Identity keys: which entity bears which repository, SIREN, Wikidata number…
CREATE TABLE entity_ids (
    kind      TEXT COLLATE "C" NOT NULL,
    scheme    TEXT COLLATE "C" NOT NULL,
    value     TEXT COLLATE "C" NOT NULL,
    entity_id TEXT COLLATE "C" NOT NULL REFERENCES entities (id),
    PRIMARY KEY (kind, value, scheme, entity_id)
);
CREATE INDEX entity_ids_entity ON entity_ids (entity_id);

CREATE TABLE usages (
    id              TEXT COLLATE "C" PRIMARY KEY,
    organisation_id TEXT COLLATE "C" NOT NULL REFERENCES entities (id),
    software_id     TEXT COLLATE "C" NOT NULL REFERENCES entities (id),
    provider_id     TEXT COLLATE "C" REFERENCES entities (id),
    stage           TEXT COLLATE "C" NOT NULL,
    since           TEXT COLLATE "C" NOT NULL,
    version         TEXT COLLATE "C" NOT NULL,
    scope           TEXT COLLATE "C" NOT NULL,
    seats           BIGINT NOT NULL,
    hosting         TEXT COLLATE "C" NOT NULL,
    note            TEXT COLLATE "C" NOT NULL,
    contact_allowed BOOLEAN NOT NULL,
    visibility      TEXT COLLATE "C" NOT NULL,
    confirmed_at    TIMESTAMPTZ,
    origin          TEXT COLLATE "C" NOT NULL,
    source          TEXT COLLATE "C" NOT NULL,
    source_key      TEXT COLLATE "C" NOT NULL,
    rev             BIGINT NOT NULL,
    withdrawn_at    TIMESTAMPTZ,
    created_at      TIMESTAMPTZ NOT NULL,
    updated_at      TIMESTAMPTZ NOT NULL
);
CREATE INDEX usages_organisation ON usages (organisation_id);
CREATE INDEX usages_software ON usages (software_id);
CREATE INDEX usages_provider ON usages (provider_id) WHERE provider_id IS NOT NULL;
CREATE UNIQUE INDEX usages_source ON usages (source_key, source, origin) WHERE source_key <> '';

CREATE TABLE offers (
    id           TEXT COLLATE "C" PRIMARY KEY,
    provider_id  TEXT COLLATE "C" NOT NULL REFERENCES entities (id),
    software_id  TEXT COLLATE "C" NOT NULL REFERENCES entities (id),
    services     TEXT COLLATE "C" NOT NULL,
    area         TEXT COLLATE "C" NOT NULL,
    purchase     TEXT COLLATE "C" NOT NULL,
    url          TEXT COLLATE "C" NOT NULL,
    note         TEXT COLLATE "C" NOT NULL,
    origin       TEXT COLLATE "C" NOT NULL,
    source       TEXT COLLATE "C" NOT NULL,
    source_key   TEXT COLLATE "C" NOT NULL,
    rev          BIGINT NOT NULL,
    withdrawn_at TIMESTAMPTZ,
    created_at   TIMESTAMPTZ NOT NULL,
    updated_at   TIMESTAMPTZ NOT NULL
);
CREATE INDEX offers_provider ON offers (provider_id);
CREATE INDEX offers_software ON offers (software_id);
CREATE UNIQUE INDEX offers_source ON offers (source_key, source, origin) WHERE source_key <> '';

-- "references" is a word of SQL.
CREATE TABLE provider_references (
    id                    TEXT COLLATE "C" PRIMARY KEY,
    provider_id           TEXT COLLATE "C" NOT NULL REFERENCES entities (id),
    organisation_id       TEXT COLLATE "C" NOT NULL REFERENCES entities (id),
    software_id           TEXT COLLATE "C" NOT NULL REFERENCES entities (id),
    services              TEXT COLLATE "C" NOT NULL,
    since                 TEXT COLLATE "C" NOT NULL,
    until                 TEXT COLLATE "C" NOT NULL,
    summary               TEXT COLLATE "C" NOT NULL,
    provider_confirmed_at TIMESTAMPTZ,
    customer_confirmed_at TIMESTAMPTZ,
    contested_at          TIMESTAMPTZ,
    choose_again          BOOLEAN,
    origin                TEXT COLLATE "C" NOT NULL,
    source                TEXT COLLATE "C" NOT NULL,
    source_key            TEXT COLLATE "C" NOT NULL,
    rev                   BIGINT NOT NULL,
    withdrawn_at          TIMESTAMPTZ,
    created_at            TIMESTAMPTZ NOT NULL,
    updated_at            TIMESTAMPTZ NOT NULL
);
CREATE INDEX provider_references_provider ON provider_references (provider_id);
CREATE INDEX provider_references_organisation ON provider_references (organisation_id);
CREATE INDEX provider_references_software ON provider_references (software_id);
CREATE UNIQUE INDEX provider_references_source ON provider_references (source_key, source, origin) WHERE source_key <> '';

-- Two entities that may be one, for a person to decide.
CREATE TABLE match_proposals (
    id                 TEXT COLLATE "C" PRIMARY KEY,
    kind               TEXT COLLATE "C" NOT NULL,
    left_id            TEXT COLLATE "C" NOT NULL REFERENCES entities (id),
    right_id           TEXT COLLATE "C" NOT NULL REFERENCES entities (id),
    reason             TEXT COLLATE "C" NOT NULL,
    detail             TEXT COLLATE "C" NOT NULL,
    state              TEXT COLLATE "C" NOT NULL,
    moved_records      TEXT COLLATE "C" NOT NULL,
    moved_declarations TEXT COLLATE "C" NOT NULL,
    decided_by         TEXT COLLATE "C" NOT NULL,
    decided_at         TIMESTAMPTZ,
    created_at         TIMESTAMPTZ NOT NULL
);
CREATE INDEX match_proposals_state ON match_proposals (state, id);
CREATE INDEX match_proposals_left ON match_proposals (left_id);
CREATE INDEX match_proposals_right ON match_proposals (right_id);

CREATE TABLE audit_entries (
    id         TEXT COLLATE "C" PRIMARY KEY,
    at         TIMESTAMPTZ NOT NULL,
    actor      TEXT COLLATE "C" NOT NULL,
    actor_name TEXT COLLATE "C" NOT NULL,
    action     TEXT COLLATE "C" NOT NULL,
    kind       TEXT COLLATE "C" NOT NULL,
    object_id  TEXT COLLATE "C" NOT NULL,
    source     TEXT COLLATE "C" NOT NULL,
    before     TEXT COLLATE "C" NOT NULL,
    after      TEXT COLLATE "C" NOT NULL
);
CREATE INDEX audit_entries_object ON audit_entries (object_id, id);

-- The change feed. The head's row is locked by each writer of the registry, so that numbers are in
-- the order of commits and a reader with a cursor never misses a late one.
CREATE TABLE feed_heads (
    origin TEXT COLLATE "C" PRIMARY KEY,
    seq    BIGINT NOT NULL
);
INSERT INTO feed_heads (origin, seq) VALUES ('local', 0);

CREATE TABLE feed_entries (
    origin    TEXT COLLATE "C" NOT NULL,
    seq       BIGINT NOT NULL,
    at        TIMESTAMPTZ NOT NULL,
    kind      TEXT COLLATE "C" NOT NULL,
    object_id TEXT COLLATE "C" NOT NULL,
    rev       BIGINT NOT NULL,
    op        TEXT COLLATE "C" NOT NULL,
    public_op TEXT COLLATE "C" NOT NULL,
    related   TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (origin, seq)
);

-- The outbox: facts, and for each who is to hear them.
CREATE TABLE events (
    id          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name        TEXT COLLATE "C" NOT NULL,
    fact_key    TEXT COLLATE "C" NOT NULL,
    origin      TEXT COLLATE "C" NOT NULL,
    payload     TEXT COLLATE "C" NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE deliveries (
    id           TEXT COLLATE "C" PRIMARY KEY,
    event_id     BIGINT NOT NULL REFERENCES events (id),
    subscriber   TEXT COLLATE "C" NOT NULL,
    fact_key     TEXT COLLATE "C" NOT NULL,
    state        TEXT COLLATE "C" NOT NULL,
    attempt      BIGINT NOT NULL,
    due_at       TIMESTAMPTZ NOT NULL,
    lease        TEXT COLLATE "C" NOT NULL,
    leased_until TIMESTAMPTZ,
    last_error   TEXT COLLATE "C" NOT NULL,
    settled_at   TIMESTAMPTZ
);
CREATE INDEX deliveries_pending ON deliveries (event_id) WHERE state = 'pending';
CREATE INDEX deliveries_order ON deliveries (subscriber, fact_key, event_id) WHERE state = 'pending';
CREATE INDEX deliveries_settled ON deliveries (state, settled_at);
CREATE INDEX deliveries_event ON deliveries (event_id);

CREATE TABLE api_tokens (
    id              TEXT COLLATE "C" PRIMARY KEY,
    name            TEXT COLLATE "C" NOT NULL,
    role            TEXT COLLATE "C" NOT NULL,
    organisation_id TEXT COLLATE "C" NOT NULL,
    hash            TEXT COLLATE "C" NOT NULL UNIQUE,
    created_at      TIMESTAMPTZ NOT NULL,
    expires_at      TIMESTAMPTZ,
    last_used_at    TIMESTAMPTZ,
    revoked_at      TIMESTAMPTZ
);

CREATE TABLE idempotency_keys (
    actor       TEXT COLLATE "C" NOT NULL,
    key         TEXT COLLATE "C" NOT NULL,
    fingerprint TEXT COLLATE "C" NOT NULL,
    status      BIGINT NOT NULL,
    location    TEXT COLLATE "C" NOT NULL,
    etag        TEXT COLLATE "C" NOT NULL,
    body        BYTEA NOT NULL,
    created_at  TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (actor, key)
);
CREATE INDEX idempotency_keys_created ON idempotency_keys (created_at);

-- Searches that found nothing: what the collective is missing.
CREATE TABLE search_misses (
    query_folded TEXT COLLATE "C" PRIMARY KEY,
    query        TEXT COLLATE "C" NOT NULL,
    count        BIGINT NOT NULL,
    first_at     TIMESTAMPTZ NOT NULL,
    last_at      TIMESTAMPTZ NOT NULL
);
