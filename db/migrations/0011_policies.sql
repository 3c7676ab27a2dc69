-- SLA policies as people keep them: drafts that change, and versions that never do.
CREATE SEQUENCE policy_edit AS integer;
CREATE TABLE policy_version (
  policy_id    text        NOT NULL CHECK (length(policy_id) BETWEEN 1 AND 100 AND policy_id <> 'none'),
  version      integer     NOT NULL CHECK (version > 0),
  status       text        NOT NULL CHECK (status IN ('draft', 'published', 'retired')),
  body         jsonb       NOT NULL CHECK (body ->> 'id' = policy_id AND (body ->> 'version')::integer = version),
  -- A new number at every save: the entity tag of a draft.
  edit         integer     NOT NULL DEFAULT nextval('policy_edit'),
  created_by   text        NOT NULL,
  created_at   timestamptz NOT NULL,
  changed_by   text        NOT NULL,
  changed_at   timestamptz NOT NULL,
  -- In force from then until a later version is, or until it is retired: then the one before counts again.
  valid_from   timestamptz,
  published_by text,
  published_at timestamptz,
  retired_by   text,
  retired_at   timestamptz,
  PRIMARY KEY (policy_id, version),
  CHECK ((status = 'draft') = (published_at IS NULL)),
  CHECK ((status = 'retired') = (retired_at IS NOT NULL)),
  CHECK ((published_at IS NULL) = (published_by IS NULL) AND (published_at IS NULL) = (valid_from IS NULL)),
  CHECK ((retired_at IS NULL) = (retired_by IS NULL))
);

CREATE UNIQUE INDEX policy_version_draft ON policy_version (policy_id) WHERE status = 'draft';

-- Cases are measured by what was published: it is retired once, and nothing else ever happens to it.
CREATE FUNCTION keep_published_policy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.status = 'draft' THEN
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
  END IF;
  IF TG_OP = 'UPDATE' AND OLD.status = 'published' AND NEW.status = 'retired'
    AND (to_jsonb(NEW) - ARRAY['status', 'retired_by', 'retired_at']) = (to_jsonb(OLD) - ARRAY['status', 'retired_by', 'retired_at']) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'policy % version % is %: it does not change any more', OLD.policy_id, OLD.version, OLD.status USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER policy_version_kept BEFORE UPDATE OR DELETE ON policy_version FOR EACH ROW EXECUTE FUNCTION keep_published_policy();

-- Cases nobody promised anything: few, and looked for.
CREATE INDEX escalation_case_without_policy ON escalation_case (opened_at, case_id) WHERE status <> 'closed' AND policy = 'none@0';
