/**
 * The default embedder: all-MiniLM-L6-v2 in int8 on ONNX Runtime, found by {@link
 * dev.daybook.recall.EmbedderProvider} when this module is on the class path.
 */
package dev.daybook.embedding.minilm;
