-- Who moves where, and how it went: one row per operation of kind vm.migrate.
CREATE TABLE "move" (
    "operation_id" UUID NOT NULL,
    "vm_id" UUID NOT NULL,
    "source_host_id" UUID NOT NULL,
    "source_name" TEXT NOT NULL,
    "target_host_id" UUID NOT NULL,
    "target_name" TEXT NOT NULL,
    "policy" TEXT NOT NULL,
    "progress" JSONB,
    "report" JSONB,
    "is_abandon_owed" BOOLEAN NOT NULL DEFAULT false,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "move_pkey" PRIMARY KEY ("operation_id")
);
CREATE INDEX "move_source_host_id_idx" ON "move"("source_host_id");
CREATE INDEX "move_target_host_id_idx" ON "move"("target_host_id");
-- What background work looks for.
CREATE INDEX move_abandon_owed ON move (operation_id) WHERE is_abandon_owed;
-- Checked at commit, because what an operation is about is written before its own row.
ALTER TABLE "move" ADD CONSTRAINT "move_operation_id_fkey" FOREIGN KEY ("operation_id") REFERENCES "operation"("id")
  ON DELETE CASCADE ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "move" ADD CONSTRAINT move_source_is_not_target CHECK (source_host_id <> target_host_id);
ALTER TABLE "move" ADD CONSTRAINT move_policy_check CHECK (policy IN ('shortest-pause', 'pause-if-needed', 'very-large'));
