/**
 * How a text becomes a MiniLM vector: model files, WordPiece tokens, ONNX Runtime and its native
 * libraries, pooling, and the memory of recent vectors. Knows nothing of events or indexes.
 */
package dev.daybook.internal.minilm;
