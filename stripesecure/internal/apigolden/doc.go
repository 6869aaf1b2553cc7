// Package apigolden holds the exported API of the library as text, so that a
// change of it is seen and decided on, never an accident. It has tests only.
package apigolden
