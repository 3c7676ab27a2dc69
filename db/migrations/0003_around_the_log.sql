-- What travels with a revision in its transaction, or is told because of it.

CREATE TABLE outbox (
  id              bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind            text        NOT NULL,
  key             text        NOT NULL UNIQUE,
  case_id         uuid        NOT NULL,
  payload         jsonb       NOT NULL,
  created_at      timestamptz NOT NULL,
  -- Also the lease: whoever takes a row moves this ahead, and a taker that dies leaves it due again.
  next_attempt_at timestamptz NOT NULL,
  attempts        integer     NOT NULL DEFAULT 0,
  last_error      text,
  done_at         timestamptz
);
CREATE INDEX outbox_pending ON outbox (next_attempt_at, id) WHERE done_at IS NULL;
CREATE INDEX outbox_case ON outbox (case_id) WHERE done_at IS NULL;

-- Keys of what is not a workflow command: opening, reopening, take-next. A row without status is on its way.
CREATE TABLE idempotency (
  command_id  text        PRIMARY KEY,
  route       text        NOT NULL,
  fingerprint text        NOT NULL,
  case_id     uuid,
  status      integer,
  answer      jsonb,
  created_at  timestamptz NOT NULL
);
CREATE INDEX idempotency_created ON idempotency (created_at);

-- Alerts shown inside the product. The key is the effect's, so that an alert told twice is one message.
CREATE TABLE staff_message (
  key        text        PRIMARY KEY,
  case_id    uuid        NOT NULL,
  municipio  text,
  audience   text[]      NOT NULL,
  alert      integer     NOT NULL,
  clock_id   text        NOT NULL,
  created_at timestamptz NOT NULL,
  read_at    timestamptz
);
CREATE INDEX staff_message_unread ON staff_message (created_at, key) WHERE read_at IS NULL;
CREATE INDEX staff_message_case ON staff_message (case_id);

-- What went wrong inside the system and must be seen by people.
CREATE TABLE incident (
  id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind        text        NOT NULL,
  case_id     uuid,
  details     jsonb       NOT NULL,
  at          timestamptz NOT NULL,
  resolved_at timestamptz
);
CREATE INDEX incident_open ON incident (at) WHERE resolved_at IS NULL;
