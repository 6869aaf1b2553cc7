package stripetest

import (
	"strings"
)

// maxClauses bounds a search query.
const maxClauses = 10

// parseQuery reads Stripe's search language (stripe-facts §1.3): clauses like
// amount>1000, status:"succeeded", -currency:"jpy", metadata["order"]:"7",
// metadata["order"]:null, name~"smi", joined by AND, by OR, or by blanks.
func parseQuery(text, fields string) (*query, *Error) {
	q, p := &query{}, &queryParser{rest: strings.TrimSpace(text)}
	joined := ""
	for p.rest != "" {
		c, ok := p.clause()
		if !ok || len(q.clauses) == maxClauses {
			return nil, badQuery("We were unable to parse your search query.")
		}
		if fault := c.check(fields); fault != nil {
			return nil, fault
		}
		q.clauses = append(q.clauses, c)
		if p.rest == "" {
			break
		}
		word := p.joint()
		if joined != "" && joined != word {
			return nil, badQuery("AND and OR cannot be mixed in one search query.")
		}
		if joined = word; p.rest == "" {
			return nil, badQuery("We were unable to parse your search query.")
		}
	}
	if len(q.clauses) == 0 {
		return nil, badQuery("The search query must not be empty.")
	}
	q.either = joined == "OR"
	return q, nil
}

func badQuery(message string) *Error {
	return invalid("", "query", message+" See https://stripe.com/docs/search#search-query-language for the query language.")
}

func (c *clause) check(fields string) *Error {
	name, _, _ := strings.Cut(c.field, "\x00")
	if !among(fields, name) || (name == "metadata" && c.field == "metadata") {
		return badQuery("Field `" + clip(name, 40) + "` is an unsupported search field for this resource.")
	}
	numeric := among(numericFields, name)
	switch {
	case strings.ContainsAny(c.op, "<>") && !numeric:
		return badQuery("Field `" + name + "` does not support comparisons.")
	case c.op == "~" && !among(" email name phone ", name):
		return badQuery("Field `" + name + "` does not support substring matches.")
	case c.op == "~" && len([]rune(c.value)) < 3:
		return badQuery("Substring matches need at least 3 characters.")
	}
	return nil
}

type queryParser struct{ rest string }

// joint reads AND, OR or nothing between two clauses.
func (p *queryParser) joint() string {
	p.rest = strings.TrimLeft(p.rest, " ")
	for _, word := range []string{"AND", "OR"} {
		if len(p.rest) > len(word) && strings.EqualFold(p.rest[:len(word)], word) && p.rest[len(word)] == ' ' {
			p.rest = strings.TrimLeft(p.rest[len(word):], " ")
			return word
		}
	}
	return "AND"
}

func (p *queryParser) clause() (clause, bool) {
	var c clause
	if c.not = strings.HasPrefix(p.rest, "-"); c.not {
		p.rest = p.rest[1:]
	}
	end := strings.IndexAny(p.rest, ":<>~[ ")
	if end < 1 {
		return c, false
	}
	c.field, p.rest = p.rest[:end], p.rest[end:]
	if inner, ok := strings.CutPrefix(p.rest, "["); ok {
		p.rest = inner
		key, good := p.quoted()
		if !good || !strings.HasPrefix(p.rest, "]") {
			return c, false
		}
		c.field, p.rest = c.field+"\x00"+key, p.rest[1:]
	}
	for _, op := range []string{">=", "<=", ">", "<", ":", "~"} {
		if tail, ok := strings.CutPrefix(p.rest, op); ok {
			c.op, p.rest = op, strings.TrimLeft(tail, " ")
			break
		}
	}
	if c.op == "" {
		return c, false
	}
	if strings.HasPrefix(p.rest, `"`) || strings.HasPrefix(p.rest, `'`) {
		var good bool
		c.value, good = p.quoted()
		return c, good
	}
	c.value, p.rest, _ = strings.Cut(p.rest, " ")
	p.rest = strings.TrimLeft(p.rest, " ")
	c.null = strings.EqualFold(c.value, "null")
	return c, c.value != ""
}

// quoted reads text in quotes, in which \" is a quote.
func (p *queryParser) quoted() (string, bool) {
	if p.rest == "" || (p.rest[0] != '"' && p.rest[0] != '\'') {
		return "", false
	}
	quote := p.rest[0]
	var out strings.Builder
	for i := 1; i < len(p.rest); i++ {
		switch {
		case p.rest[i] == '\\' && i+1 < len(p.rest):
			i++
			out.WriteByte(p.rest[i])
		case p.rest[i] == quote:
			p.rest = p.rest[i+1:]
			return out.String(), true
		default:
			out.WriteByte(p.rest[i])
		}
	}
	return "", false
}
