-- A token that was made by another one ends with it, also when that one is revoked.
ALTER TABLE "api_token" ADD COLUMN "made_by_id" UUID;
CREATE INDEX "api_token_made_by_id_idx" ON "api_token"("made_by_id");
ALTER TABLE "api_token" ADD CONSTRAINT "api_token_made_by_id_fkey" FOREIGN KEY ("made_by_id") REFERENCES "api_token"("id") ON DELETE CASCADE ON UPDATE CASCADE;
