-- Users are disabled, never deleted: their machines, tasks and audit records keep a name (docs/decisions).
ALTER TABLE "user" ADD COLUMN "disabled_at" TIMESTAMPTZ(3);
ALTER TABLE "user" ADD COLUMN "must_change_password" BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE "user" ADD COLUMN "last_sign_in_at" TIMESTAMPTZ(3);
