-- Copies of images are kept by age, and a host may have lost one.
ALTER TABLE "image_replica" ADD COLUMN "used_at" TIMESTAMPTZ(3) NOT NULL DEFAULT now();
ALTER TABLE "image_replica" DROP CONSTRAINT image_replica_state_check;
ALTER TABLE "image_replica" ADD CONSTRAINT image_replica_state_check
    CHECK (state IN ('importing', 'ready', 'failed', 'lost', 'deleting'));

-- On which hosts which images are used: under a disk, in a drive, by a machine that is being made, and by one on its way there.
CREATE VIEW image_copy_use AS
    SELECT v.backing_image_id AS image_id, vm.host_id FROM volume v JOIN vm ON vm.id = v.vm_id
        WHERE v.backing_image_id IS NOT NULL AND vm.host_id IS NOT NULL AND vm.deleted_at IS NULL
    UNION SELECT (vm.spec->'cdrom'->>'imageId')::uuid, vm.host_id FROM vm
        WHERE vm.spec->'cdrom'->>'imageId' IS NOT NULL AND vm.host_id IS NOT NULL AND vm.deleted_at IS NULL
    UNION SELECT vm.image_id, vm.host_id FROM vm
        WHERE vm.image_id IS NOT NULL AND vm.host_id IS NOT NULL AND vm.lifecycle = 'creating' AND vm.deleted_at IS NULL
    UNION SELECT v.backing_image_id, (o.args->>'targetHostId')::uuid FROM operation o JOIN volume v ON v.vm_id = o.vm_id
        WHERE o.kind = 'vm.migrate' AND o.status IN ('queued', 'running', 'cancelling') AND v.backing_image_id IS NOT NULL
    UNION SELECT (vm.spec->'cdrom'->>'imageId')::uuid, (o.args->>'targetHostId')::uuid FROM operation o JOIN vm ON vm.id = o.vm_id
        WHERE o.kind = 'vm.migrate' AND o.status IN ('queued', 'running', 'cancelling')
            AND vm.spec->'cdrom'->>'imageId' IS NOT NULL;
