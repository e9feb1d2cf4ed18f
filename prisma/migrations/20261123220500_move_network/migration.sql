-- A network of its own for machines that move to a host.
ALTER TABLE "host" ADD COLUMN "move_network" TEXT;
