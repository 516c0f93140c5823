/**
 * One class of Daybook's that must stand in Parquet's own package to reach a constructor there.
 * Holds nothing else.
 */
package org.apache.parquet;
