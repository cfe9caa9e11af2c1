SELECT
    i.image_name, i.image_origin, i.image_category, i.width, i.height, i.session_id, i.node_id, i.metadata,
    i.is_intermediate, i.starred, i.has_workflow, i.user_id, i.image_subfolder, i.created_at, i.updated_at, i.deleted_at,
