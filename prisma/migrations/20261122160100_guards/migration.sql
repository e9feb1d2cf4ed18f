-- What schema.prisma cannot say: closed lists, partial unique indexes, and the rules that must hold whatever code runs.

-- ---- Closed lists (packages/core owns them; schema-guards.component.test.ts compares) ----

ALTER TABLE "user" ADD CONSTRAINT user_role_check CHECK (role IN ('admin', 'user'));
ALTER TABLE host ADD CONSTRAINT host_state_check CHECK (state IN ('joining', 'online', 'offline'));
ALTER TABLE image ADD CONSTRAINT image_state_check CHECK (state IN ('importing', 'ready', 'failed', 'deleting'));
ALTER TABLE image ADD CONSTRAINT image_format_check CHECK (format IN ('qcow2', 'raw'));
-- A ready image without a format would have to be probed when it is used, and probing is how backing files get in.
ALTER TABLE image ADD CONSTRAINT image_ready_check
  CHECK (state <> 'ready' OR (format IS NOT NULL AND virtual_bytes IS NOT NULL));
ALTER TABLE image_replica ADD CONSTRAINT image_replica_state_check
  CHECK (state IN ('importing', 'ready', 'failed', 'deleting'));
ALTER TABLE network ADD CONSTRAINT network_kind_check CHECK (kind IN ('user', 'nat'));
ALTER TABLE vm ADD CONSTRAINT vm_desired_power_check CHECK (desired_power IN ('on', 'off'));
ALTER TABLE vm ADD CONSTRAINT vm_lifecycle_check CHECK (lifecycle IN ('creating', 'present', 'deleting'));
ALTER TABLE vm_observed ADD CONSTRAINT vm_observed_state_check
  CHECK (state IN ('stopped', 'starting', 'running', 'paused', 'stopping', 'migrating', 'crashed'));
ALTER TABLE volume ADD CONSTRAINT volume_format_check CHECK (format IN ('qcow2', 'raw'));
ALTER TABLE volume ADD CONSTRAINT volume_state_check CHECK (state IN ('planned', 'ready', 'deleting'));
ALTER TABLE volume ADD CONSTRAINT volume_size_check CHECK (size_bytes > 0);
ALTER TABLE operation ADD CONSTRAINT operation_status_check
  CHECK (status IN ('queued', 'running', 'cancelling', 'succeeded', 'failed', 'cancelled', 'interrupted'));
ALTER TABLE operation ADD CONSTRAINT operation_ended_check
  CHECK ((ended_at IS NOT NULL) = (status IN ('succeeded', 'failed', 'cancelled', 'interrupted')));
ALTER TABLE operation ADD CONSTRAINT operation_progress_check CHECK (progress BETWEEN 0 AND 1);
ALTER TABLE operation ADD CONSTRAINT operation_lease_check CHECK ((lease_owner IS NULL) = (lease_until IS NULL));
ALTER TABLE operation ADD CONSTRAINT operation_idempotency_check
  CHECK (idempotency_key IS NULL OR request_hash IS NOT NULL);
ALTER TABLE operation_log ADD CONSTRAINT operation_log_level_check CHECK (level IN ('debug', 'info', 'warn', 'error'));
ALTER TABLE audit ADD CONSTRAINT audit_outcome_check CHECK (outcome IN ('ok', 'denied', 'failed'));

-- ---- At most one ----

-- A deleted machine's tombstone does not keep its name.
CREATE UNIQUE INDEX vm_name_key ON vm (name) WHERE deleted_at IS NULL;

-- The guard of "one changing operation per machine": two panels that accept at the same moment meet here.
CREATE UNIQUE INDEX operation_one_per_vm ON operation (vm_id)
  WHERE vm_id IS NOT NULL AND status IN ('queued', 'running', 'cancelling');

-- What workers look for: work that waits, and work whose lease ran out.
CREATE INDEX operation_open_idx ON operation (lease_until) WHERE status IN ('queued', 'running', 'cancelling');

-- ---- Observations: the newest wins ----

-- Reports arrive by several ways (stream, snapshot, two agents during a move) and may overtake each other. An equal pair
-- passes, so that seen_at can rise. RETURN NULL drops the update: it counts 0 rows and is no error.
CREATE FUNCTION vm_observed_keep_newest() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.epoch, NEW.generation) < (OLD.epoch, OLD.generation) THEN
    RETURN NULL;
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER vm_observed_newest BEFORE UPDATE ON vm_observed
  FOR EACH ROW EXECUTE FUNCTION vm_observed_keep_newest();

-- ---- Facts that never change ----

CREATE FUNCTION volume_refuse_new_format() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the format of volume % is fixed', OLD.id USING ERRCODE = 'object_not_in_prerequisite_state';
END $$;

CREATE TRIGGER volume_format_pinned BEFORE UPDATE ON volume
  FOR EACH ROW WHEN (OLD.format IS DISTINCT FROM NEW.format) EXECUTE FUNCTION volume_refuse_new_format();

CREATE FUNCTION audit_refuse_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit rows are not changed' USING ERRCODE = 'object_not_in_prerequisite_state';
END $$;

CREATE TRIGGER audit_immutable BEFORE UPDATE ON audit FOR EACH ROW EXECUTE FUNCTION audit_refuse_update();

-- ---- The outbox ----

-- Readers ask for "position > the last I saw". Were positions given at insert, a slow transaction would commit a lower one
-- after a reader had passed it, and the event would be lost for that reader. So they are given at commit, by a deferred
-- trigger, under a lock that is held until the commit is visible. At commit and not at insert because the lock is then the
-- last that the transaction takes, and cannot close a circle with row locks. It costs no parallelism: NOTIFY serialises
-- its senders from there on anyway. The notification is empty, a mere wake-up; equal ones of a transaction are merged.
CREATE SEQUENCE event_position_seq OWNED BY event.position;

CREATE FUNCTION event_take_position() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(1651668592, 1);
  UPDATE event SET position = nextval('event_position_seq') WHERE id = NEW.id;
  PERFORM pg_notify('berth_event', '');
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER event_position AFTER INSERT ON event DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION event_take_position();
