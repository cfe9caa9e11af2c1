// The socket's messages that this client reads. Times, ids of the run and other fields it has no use for are left out.
import type { QueueCounts, QueueItemStatus } from './queue';

type OfItem = { item_id: number; batch_id: string; user_id: string };
/** `invocation_source_id` is the node's id in the graph that was sent. */
type OfNode = OfItem & { invocation_source_id?: string };

export type ServerEvents = {
  batch_enqueued: (event: { batch_id: string; user_id: string }) => void;
  queue_item_status_changed: (
    event: OfItem & {
      status: QueueItemStatus;
      status_sequence: number | null;
      error_type: string | null;
      error_message: string | null;
      queue_status: QueueCounts;
    },
  ) => void;
  queue_items_canceled: (event: { canceled_item_ids: number[] }) => void;
  queue_items_retried: (event: { retried_item_ids: number[] }) => void;
  queue_cleared: (event: { user_id: string | null }) => void;
  invocation_started: (event: { item_id: number; invocation_source_id: string }) => void;
  invocation_progress: (
    event: OfNode & {
      invocation: { steps?: unknown };
      message: string;
      percentage: number | null;
      image: { width: number; height: number; dataURL: string } | null;
    },
  ) => void;
  invocation_complete: (
    event: OfNode & { invocation: { is_intermediate?: boolean }; result: { type: string; image?: { image_name: string } } },
  ) => void;
  invocation_error: (event: OfNode & { error_type: string; error_message: string }) => void;
  bulk_download_complete: (event: { bulk_download_item_name: string }) => void;
  bulk_download_error: (event: { bulk_download_item_name: string; error: string }) => void;
  model_install_started: (event: { id: number }) => void;
  model_install_download_progress: (event: { id: number }) => void;
  model_install_downloads_complete: (event: { id: number }) => void;
  model_install_cancelled: (event: { id: number }) => void;
  model_install_complete: (event: { id: number; key: string }) => void;
  model_install_error: (event: { id: number; error_type: string; error: string }) => void;
};

export type ClientEvents = {
  subscribe_queue: (body: { queue_id: string }) => void;
  subscribe_bulk_download: (body: { bulk_download_id: string }) => void;
};
