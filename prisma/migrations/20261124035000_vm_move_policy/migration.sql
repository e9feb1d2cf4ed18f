-- What may be done to a machine's guest so that its moves end, where whoever moves it does not say.
ALTER TABLE "vm" ADD COLUMN "move_policy" TEXT NOT NULL DEFAULT 'pause-if-needed';
ALTER TABLE "vm" ADD CONSTRAINT vm_move_policy_check
    CHECK (move_policy IN ('shortest-pause', 'pause-if-needed', 'slow-down', 'post-copy', 'very-large'));
