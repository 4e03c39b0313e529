import * as v from 'valibot';
import { read } from '../../../core/protocol/read';
import { AwsError } from '../../../core/service';
import type { Call, Operation } from '../../../core/service';
import type { SimulatedAccount } from '../../organizations/service';

const Type = v.picklist(['BILLING', 'OPERATIONS', 'SECURITY']);
const TypeInput = v.object({ AlternateContactType: Type });
const ContactInput = v.object({
  AlternateContactType: Type,
  Name: v.pipe(v.string(), v.minLength(1), v.maxLength(64)),
  Title: v.pipe(v.string(), v.minLength(1), v.maxLength(50)),
  EmailAddress: v.pipe(v.string(), v.regex(/^[\s]*[\w+=.#!&-]+@[\w.-]+\.[\w]+[\s]*$/)),
  PhoneNumber: v.pipe(v.string(), v.regex(/^[\s0-9()+-]{1,25}$/)),
});

type Contact = v.InferOutput<typeof ContactInput>;

/** API operations for the alternate contacts of accounts. */
export function contactOperations(target: (call: Call) => SimulatedAccount): Record<string, Operation> {
  const contacts = new Map<string, Contact>();
  return {
    GetAlternateContact: async call => {
      const { AlternateContactType: type } = read(TypeInput, call.input);
      const contact = contacts.get(`${target(call).accountId}/${type}`);
      if (!contact) throw new AwsError('ResourceNotFoundException', 'No contact of the inputted type found.', 404);
      return { AlternateContact: contact };
    },
    PutAlternateContact: async call => {
      const contact = read(ContactInput, call.input);
      contacts.set(`${target(call).accountId}/${contact.AlternateContactType}`, contact);
    },
  };
}
