-- A directory that several hosts see. A host's row in "pool" refers to it; what the agent says there is without a foreign key,
-- because a host may come with a pool that this panel has never heard of.
CREATE TABLE "shared_pool" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "shared_pool_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "shared_pool_name_key" ON "shared_pool"("name");
-- Each host's own has that name.
ALTER TABLE "shared_pool" ADD CONSTRAINT shared_pool_name_check CHECK (name <> 'default');

ALTER TABLE "pool" ADD COLUMN "shared_id" UUID;
ALTER TABLE "pool" ADD COLUMN "problem" TEXT;
CREATE INDEX "pool_shared_id_idx" ON "pool"("shared_id");
