SELECT kind, name, subfolder
FROM pending_owned_file_deletions
WHERE NOT (kind = 'video' AND EXISTS (SELECT 1 FROM videos v WHERE v.video_name = name))
    AND NOT (kind = 'workflow_thumbnail' AND EXISTS (SELECT 1 FROM workflow_library w WHERE w.workflow_id = pending_owned_file_deletions.name))
    AND NOT (kind = 'style_preset_image' AND EXISTS (SELECT 1 FROM style_presets s WHERE s.id = pending_owned_file_deletions.name))
ORDER BY kind, name
