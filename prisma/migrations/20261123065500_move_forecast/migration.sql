-- How a move was thought to go when it was asked for, to be held against how it went.
ALTER TABLE "move" ADD COLUMN "forecast" JSONB;
