-- Discs beside disks. What was imported before there were any is a disk.
ALTER TABLE "image" ADD COLUMN "kind" TEXT NOT NULL DEFAULT 'disk';
ALTER TABLE "image" ADD CONSTRAINT "image_kind_known" CHECK ("kind" IN ('disk', 'iso'));
-- Which machines have a disc in their drive: asked for each image that is shown or deleted.
CREATE INDEX "vm_disc" ON "vm" ((spec->'cdrom'->>'imageId')) WHERE deleted_at IS NULL;
