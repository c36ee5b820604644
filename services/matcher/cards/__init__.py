"""Pictures of documents: read by OCR in a process of their own, never kept."""
