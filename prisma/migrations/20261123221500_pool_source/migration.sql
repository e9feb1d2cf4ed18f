-- What agents mount for a shared pool; null for a directory that somebody else has mounted.
ALTER TABLE "shared_pool" ADD COLUMN "source" JSONB;
