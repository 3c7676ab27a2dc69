-- Whom alerts reach: the staff directory, who is on call, what was handed over for the night, and what became of each notification.

-- Staff only: nobody of a family ever stands here.
CREATE TABLE staff (
  -- Subject of the person's token.
  id           text        PRIMARY KEY,
  roles        text[]      NOT NULL CHECK (cardinality(roles) > 0),
  municipi     text[]      NOT NULL,
  mail         text,
  language     text        NOT NULL CHECK (language IN ('it', 'en')),
  -- Nobody is told anything from this instant on; null for who stays.
  active_until timestamptz,
  -- What they want besides the messages inside the product.
  channels     text[]      NOT NULL,
  -- Minutes of the local day; both null for whoever wants none.
  quiet_from   integer     CHECK (quiet_from BETWEEN 0 AND 1439),
  quiet_to     integer     CHECK (quiet_to BETWEEN 0 AND 1439),
  changed_by   text        NOT NULL,
  changed_at   timestamptz NOT NULL,
  CHECK ((quiet_from IS NULL) = (quiet_to IS NULL))
);

-- Who answers when the doors are shut. Rows of the past stay: they say who was asked.
CREATE TABLE on_call_shift (
  id         uuid        PRIMARY KEY,
  -- A municipio, CENTRAL, or * for the city.
  territory  text        NOT NULL,
  person     text        NOT NULL REFERENCES staff (id),
  starts_at  timestamptz NOT NULL,
  ends_at    timestamptz NOT NULL,
  -- The service's telephone for the shift, for those who must call: software never does.
  phone      text,
  changed_by text        NOT NULL,
  changed_at timestamptz NOT NULL,
  CHECK (ends_at > starts_at)
);
CREATE INDEX on_call_shift_ends ON on_call_shift (ends_at, starts_at);

-- What was still open without a plan 30 minutes before a closing. Codes and ids only.
CREATE TABLE handover_list (
  municipio text        NOT NULL,
  closes_at timestamptz NOT NULL,
  made_at   timestamptz NOT NULL,
  items     jsonb       NOT NULL,
  PRIMARY KEY (municipio, closes_at)
);

-- Messages are about a case, or about a municipio's closing; each reader has read them or not.
ALTER TABLE staff_message ADD COLUMN kind text NOT NULL DEFAULT 'alert';
ALTER TABLE staff_message ALTER COLUMN case_id DROP NOT NULL, ALTER COLUMN alert DROP NOT NULL, ALTER COLUMN clock_id DROP NOT NULL;
CREATE TABLE staff_message_read (
  key     text        NOT NULL REFERENCES staff_message (key) ON DELETE CASCADE,
  reader  text        NOT NULL,
  read_at timestamptz NOT NULL,
  PRIMARY KEY (key, reader)
);
DROP INDEX staff_message_unread;
ALTER TABLE staff_message DROP COLUMN read_at;
CREATE INDEX staff_message_newest ON staff_message (created_at, key);

-- One row for each message, person and channel: what is sent once is never sent again.
CREATE TABLE notification_delivery (
  key          text        NOT NULL REFERENCES staff_message (key) ON DELETE CASCADE,
  recipient    text        NOT NULL,
  channel      text        NOT NULL CHECK (channel IN ('mail', 'webhook')),
  status       text        NOT NULL CHECK (status IN ('pending', 'delivered', 'failed', 'dropped')),
  -- Not before the end of the recipient's quiet hours.
  not_before   timestamptz NOT NULL,
  attempts     integer     NOT NULL DEFAULT 0,
  -- A code, never an answer of a server: those may repeat what they were sent.
  last_error   text,
  created_at   timestamptz NOT NULL,
  settled_at   timestamptz,
  PRIMARY KEY (key, recipient, channel)
);
CREATE INDEX notification_delivery_failed ON notification_delivery (settled_at) WHERE status = 'failed';

-- When a red case was last handed over for the night, and whether an alert not yet settled tells the central team.
ALTER TABLE escalation_case ADD COLUMN night_handover_at timestamptz;
ALTER TABLE escalation_case ADD COLUMN central_alerted boolean NOT NULL DEFAULT false;
