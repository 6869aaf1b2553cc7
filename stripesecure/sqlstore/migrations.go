package sqlstore

import (
	"embed"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
)

//go:embed migration
var migrationFiles embed.FS

// Migrations returns the files that [Store.Migrate] runs, for a host that feeds
// its own tool: 001_init.up.sql, 001_init.down.sql and so on. Each statement
// ends with a semicolon at the end of a line, and each file records itself in
// stripesecure_migrations, so that [Store.Validate] is content whoever ran it.
func Migrations(d Dialect) (fs.FS, error) {
	if _, err := newStatements(d); err != nil {
		return nil, err
	}
	return fs.Sub(migrationFiles, "migration/"+string(d))
}

// migration is one numbered step.
type migration struct {
	up, down []string
}

// migrations returns all steps of a dialect; the first has number 1.
func migrations(d Dialect) ([]migration, error) {
	files, err := Migrations(d)
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(files, "*.up.sql")
	if err != nil {
		return nil, err
	}
	steps := make([]migration, len(names))
	for i, name := range names {
		number, err := strconv.Atoi(name[:3])
		if err != nil || number != i+1 {
			return nil, fmt.Errorf("sqlstore: migration %s is not number %d", name, i+1)
		}
		if steps[i].up, err = readStatements(files, name); err != nil {
			return nil, err
		}
		if steps[i].down, err = readStatements(files, strings.Replace(name, ".up.", ".down.", 1)); err != nil {
			return nil, err
		}
	}
	return steps, nil
}

// readStatements splits a file, because some drivers take one statement at a
// time.
func readStatements(files fs.FS, name string) ([]string, error) {
	text, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, err
	}
	var code strings.Builder
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, "--") {
			code.WriteString(line)
		}
	}
	var found []string
	for statement := range strings.SplitSeq(code.String(), ";\n") {
		if statement = strings.TrimSpace(statement); statement != "" {
			found = append(found, statement)
		}
	}
	return found, nil
}
