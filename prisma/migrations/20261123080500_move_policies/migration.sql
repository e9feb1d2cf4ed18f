-- Policies that slow the guest, or let it go ahead of its memory.
ALTER TABLE "move" DROP CONSTRAINT move_policy_check;
ALTER TABLE "move" ADD CONSTRAINT move_policy_check
    CHECK (policy IN ('shortest-pause', 'pause-if-needed', 'slow-down', 'post-copy', 'very-large'));
