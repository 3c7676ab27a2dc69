-- Opening calendars as people keep them: drafts that change, and versions that never do.
CREATE SEQUENCE calendar_edit AS integer;
CREATE TABLE calendar_version (
  calendar_id  text        NOT NULL CHECK (length(calendar_id) <= 64),
  version      integer     NOT NULL CHECK (version > 0),
  status       text        NOT NULL CHECK (status IN ('draft', 'published', 'retired')),
  definition   jsonb       NOT NULL,
  -- Equal for equal content: what processes remember built calendars by.
  hash         text        NOT NULL GENERATED ALWAYS AS (md5(definition::text)) STORED,
  -- A new number at every save: the entity tag of a draft.
  edit         integer     NOT NULL DEFAULT nextval('calendar_edit'),
  created_by   text        NOT NULL,
  created_at   timestamptz NOT NULL,
  changed_by   text        NOT NULL,
  changed_at   timestamptz NOT NULL,
  -- In force from then until a later version is, or until it is retired.
  valid_from   timestamptz,
  published_by text,
  published_at timestamptz,
  retired_by   text,
  retired_at   timestamptz,
  PRIMARY KEY (calendar_id, version),
  CHECK ((status = 'draft') = (published_at IS NULL)),
  CHECK ((status = 'retired') = (retired_at IS NOT NULL)),
  CHECK ((published_at IS NULL) = (published_by IS NULL) AND (published_at IS NULL) = (valid_from IS NULL)),
  CHECK ((retired_at IS NULL) = (retired_by IS NULL))
);

CREATE UNIQUE INDEX calendar_version_draft ON calendar_version (calendar_id) WHERE status = 'draft';
CREATE INDEX calendar_version_in_force ON calendar_version (calendar_id, valid_from DESC, version DESC) WHERE status <> 'draft';

-- Cases are counted by what was published: it is retired once, and nothing else ever happens to it.
CREATE FUNCTION keep_published_calendar() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.status = 'draft' THEN
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
  END IF;
  -- A generated column has no value yet here.
  IF TG_OP = 'UPDATE' AND OLD.status = 'published' AND NEW.status = 'retired'
    AND (to_jsonb(NEW) - ARRAY['status', 'retired_by', 'retired_at', 'hash']) = (to_jsonb(OLD) - ARRAY['status', 'retired_by', 'retired_at', 'hash']) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'calendar % version % is %: it does not change any more', OLD.calendar_id, OLD.version, OLD.status USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER calendar_version_kept BEFORE UPDATE OR DELETE ON calendar_version FOR EACH ROW EXECUTE FUNCTION keep_published_calendar();
