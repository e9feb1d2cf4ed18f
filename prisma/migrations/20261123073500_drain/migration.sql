-- Emptying a host: one row per operation of kind host.drain, and one per machine of it.
CREATE TABLE "drain" (
    "operation_id" UUID NOT NULL,
    "host_id" UUID NOT NULL,
    "host_name" TEXT NOT NULL,
    "is_paused" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "drain_pkey" PRIMARY KEY ("operation_id")
);
CREATE INDEX "drain_host_id_created_at_idx" ON "drain"("host_id", "created_at" DESC);
-- Checked at commit, because what an operation is about is written before its own row.
ALTER TABLE "drain" ADD CONSTRAINT "drain_operation_id_fkey" FOREIGN KEY ("operation_id") REFERENCES "operation"("id")
  ON DELETE CASCADE ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED;

CREATE TABLE "drain_item" (
    "operation_id" UUID NOT NULL,
    "vm_id" UUID NOT NULL,
    "vm_name" TEXT NOT NULL,
    "choice" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'waiting',
    "target_host_id" UUID,
    "target_name" TEXT,
    "child_id" UUID,
    "tries" INTEGER NOT NULL DEFAULT 0,
    "tried_host_ids" UUID[] DEFAULT ARRAY[]::UUID[],
    "reason" TEXT,
    "changed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "drain_item_pkey" PRIMARY KEY ("operation_id", "vm_id")
);
ALTER TABLE "drain_item" ADD CONSTRAINT "drain_item_operation_id_fkey" FOREIGN KEY ("operation_id")
  REFERENCES "drain"("operation_id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "drain_item" ADD CONSTRAINT drain_item_choice_check CHECK (choice IN ('move', 'shutdown', 'skip'));
ALTER TABLE "drain_item" ADD CONSTRAINT drain_item_state_check
  CHECK (state IN ('waiting', 'moving', 'moved', 'stopping', 'shutDown', 'restarted', 'left'));
-- At most one at a time empties a host: two who ask at the same moment meet here.
CREATE UNIQUE INDEX operation_one_drain_per_host ON operation (host_id)
  WHERE kind = 'host.drain' AND status IN ('queued', 'running', 'cancelling');
