-- Every certificate that was given to a host, so that it can be refused.
CREATE TABLE "host_certificate" (
    "fingerprint" CHAR(64) NOT NULL,
    "host_id" UUID NOT NULL,
    "issued_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "host_certificate_pkey" PRIMARY KEY ("fingerprint")
);
CREATE INDEX "host_certificate_host_id_idx" ON "host_certificate"("host_id");

-- Of those given out before, the newest is known. They were made for 397 days, by the day of this migration at the latest.
INSERT INTO "host_certificate" ("fingerprint", "host_id", "expires_at")
SELECT "cert_fingerprint", "id", now() + interval '397 days' FROM "host" WHERE "cert_fingerprint" IS NOT NULL;

ALTER TABLE "host" ADD COLUMN "revoked_at" TIMESTAMPTZ(3);

-- A token's secret follows from its id now. Those that are open cannot be proven: they are made anew.
DELETE FROM "join_token" WHERE "used_at" IS NULL;
ALTER TABLE "join_token" DROP COLUMN "token_hash";
