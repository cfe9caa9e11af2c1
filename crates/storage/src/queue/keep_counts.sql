-- Of the writing connection only; nothing of this is in the file. Names are found in `main`, since `temp` has none of them.
CREATE TEMP TRIGGER count_inserted AFTER INSERT ON main.session_queue
BEGIN
    INSERT INTO queue_counts (queue_id, user_id, status, items)
    VALUES (NEW.queue_id, coalesce(NEW.user_id, ''), NEW.status, 1)
    ON CONFLICT (queue_id, user_id, status) DO UPDATE SET items = items + 1;
    INSERT INTO queue_batch_counts (batch_id, queue_id, user_id, status, items)
    VALUES (NEW.batch_id, NEW.queue_id, coalesce(NEW.user_id, ''), NEW.status, 1)
    ON CONFLICT (batch_id, queue_id, user_id, status) DO UPDATE SET items = items + 1;
    UPDATE queue_counted SET last_item_id = NEW.item_id;
END;

CREATE TEMP TRIGGER count_deleted AFTER DELETE ON main.session_queue
BEGIN
    UPDATE queue_counts SET items = items - 1
    WHERE queue_id = OLD.queue_id AND user_id = coalesce(OLD.user_id, '') AND status = OLD.status;
    DELETE FROM queue_counts
    WHERE queue_id = OLD.queue_id AND user_id = coalesce(OLD.user_id, '') AND status = OLD.status AND items <= 0;
    UPDATE queue_batch_counts SET items = items - 1
    WHERE batch_id = OLD.batch_id AND queue_id = OLD.queue_id AND user_id = coalesce(OLD.user_id, '') AND status = OLD.status;
    DELETE FROM queue_batch_counts
    WHERE batch_id = OLD.batch_id AND queue_id = OLD.queue_id AND user_id = coalesce(OLD.user_id, '') AND status = OLD.status
        AND items <= 0;
END;

CREATE TEMP TRIGGER count_changed AFTER UPDATE OF status, user_id, batch_id, queue_id ON main.session_queue
WHEN (OLD.status, OLD.user_id, OLD.batch_id, OLD.queue_id) IS NOT (NEW.status, NEW.user_id, NEW.batch_id, NEW.queue_id)
BEGIN
    UPDATE queue_counts SET items = items - 1
    WHERE queue_id = OLD.queue_id AND user_id = coalesce(OLD.user_id, '') AND status = OLD.status;
    DELETE FROM queue_counts
    WHERE queue_id = OLD.queue_id AND user_id = coalesce(OLD.user_id, '') AND status = OLD.status AND items <= 0;
    UPDATE queue_batch_counts SET items = items - 1
    WHERE batch_id = OLD.batch_id AND queue_id = OLD.queue_id AND user_id = coalesce(OLD.user_id, '') AND status = OLD.status;
    DELETE FROM queue_batch_counts
    WHERE batch_id = OLD.batch_id AND queue_id = OLD.queue_id AND user_id = coalesce(OLD.user_id, '') AND status = OLD.status
        AND items <= 0;
    INSERT INTO queue_counts (queue_id, user_id, status, items)
    VALUES (NEW.queue_id, coalesce(NEW.user_id, ''), NEW.status, 1)
    ON CONFLICT (queue_id, user_id, status) DO UPDATE SET items = items + 1;
    INSERT INTO queue_batch_counts (batch_id, queue_id, user_id, status, items)
    VALUES (NEW.batch_id, NEW.queue_id, coalesce(NEW.user_id, ''), NEW.status, 1)
    ON CONFLICT (batch_id, queue_id, user_id, status) DO UPDATE SET items = items + 1;
END;
