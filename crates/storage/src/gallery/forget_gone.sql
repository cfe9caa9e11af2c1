DELETE FROM gallery_images
WHERE NOT EXISTS (SELECT 1 FROM images i WHERE i.image_name = gallery_images.image_name)
