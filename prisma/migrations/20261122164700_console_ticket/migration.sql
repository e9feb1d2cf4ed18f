-- CreateTable
CREATE TABLE "console_ticket" (
    "token_hash" CHAR(64) NOT NULL,
    "vm_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "user_id" UUID NOT NULL,
    "session_id" UUID,
    "api_token_id" UUID,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "console_ticket_pkey" PRIMARY KEY ("token_hash")
);

-- CreateIndex
CREATE INDEX "console_ticket_expires_at_idx" ON "console_ticket"("expires_at");
