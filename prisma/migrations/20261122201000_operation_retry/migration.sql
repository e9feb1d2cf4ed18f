-- A task that tries another one again names it. One task is tried again once: the newer one is the one to try next.
ALTER TABLE "operation" ADD COLUMN "retry_of_id" UUID;
CREATE UNIQUE INDEX "operation_retry_of_id_key" ON "operation"("retry_of_id");
